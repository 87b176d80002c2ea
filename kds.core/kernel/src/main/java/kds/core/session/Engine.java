package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kds.api.session.Session;
import kds.api.session.SessionEvent;
import kds.api.session.SessionException;
import kds.api.session.SessionException.Reason;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and ends sessions: takes the orders and gives the answers, while {@link Lifecycle} does
 * the work. Thread-safe; no public method waits.
 */
final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final int MOST_EVENTS = 512;

  private final Events events = new Events(MOST_EVENTS);
  private final Journal journal;
  private final Supplier<Limits> limits;
  private final Register register;
  private final Lifecycle lifecycle;
  private final Recovery recovery;
  private final String boot;
  private volatile boolean closed;

  /**
   * Makes one.
   *
   * @param boot the boot of the machine, see {@link kds.api.host.StateFiles#boot}
   * @param stopping whether the service stops
   * @param over is told of each session that is over
   */
  Engine(
      Journal journal,
      Secrets secrets,
      StepSource steps,
      People people,
      Supplier<Limits> limits,
      String boot,
      BooleanSupplier stopping,
      Consumer<SessionReport> over) {
    this.journal = journal;
    this.limits = limits;
    this.boot = boot;
    Lanes lanes = new Lanes();
    BooleanSupplier closing = () -> closed || stopping.getAsBoolean();
    this.register = new Register(journal, events, limits.get().mostEnded());
    Background background = new Background(events, register, closing);
    StepRunner runner = new StepRunner(steps, lanes, people, events, limits, background, closing);
    Admission admission = new Admission(journal, secrets, people, register, lanes, events, limits);
    this.lifecycle = new Lifecycle(lanes, events, secrets, register, runner, admission, over);
    this.recovery = new Recovery(journal, secrets, register, lanes, lifecycle, background, boot);
  }

  /** What is known of all sessions. */
  Register register() {
    return register;
  }

  AutoCloseable subscribe(Optional<String> kasmId, long after, Consumer<SessionEvent> listener) {
    return events.subscribe(kasmId, after, listener);
  }

  /** Takes over what an earlier life of the service left, and goes on with it. */
  void recover() throws IOException {
    recovery.recover();
  }

  /**
   * Ends the subscriptions and begins no step any more. What is under way is taken up by the next
   * life of the service.
   */
  @Override
  public void close() {
    closed = true;
    events.close();
  }

  CompletionStage<SessionReport> start(SessionRequest request) {
    if (closed) {
      return refused(Reason.CROWDED, "The service is being stopped. Try again.", 5);
    }
    String kasmId = request.session().kasmId();
    if (register.isBygone(kasmId)) {
      return register
          .find(kasmId)
          .map(report -> again(report, CompletableFuture.completedStage(report), request.session()))
          .orElseGet(() -> refused(Reason.REFUSED, "The session " + kasmId + " has ended.", 0));
    }
    LiveSession fresh = new LiveSession(journal, first(request), request);
    LiveSession known = register.add(fresh);
    if (known != null) {
      CompletionStage<SessionReport> now = known.started().thenApply(first -> known.report());
      return again(known.report(), now, request.session());
    }
    SessionThreads.atStart(fresh, () -> lifecycle.begin(fresh));
    return fresh.started().copy();
  }

  private SessionRecord first(SessionRequest request) {
    String token = request.token();
    return new SessionRecord(
        request.session(),
        "session " + request.session().kasmId(),
        null,
        token == null ? Set.of() : TokenMarks.of(token),
        request.attributes(),
        State.STARTING,
        null,
        Ending.CONFIGURED,
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        null,
        List.of(),
        boot);
  }

  private static CompletionStage<SessionReport> again(
      SessionReport known, CompletionStage<SessionReport> answer, Session asked) {
    return known.session().userId().equals(asked.userId())
        ? answer
        : refused(Reason.REFUSED, "The session " + asked.kasmId() + " belongs to another user.", 0);
  }

  private static CompletionStage<SessionReport> refused(Reason reason, String why, int retry) {
    return CompletableFuture.failedStage(
        new SessionException(reason, why, Duration.ofSeconds(retry)));
  }

  CompletionStage<Optional<SessionReport>> end(String kasmId, Ending how) {
    LiveSession session = register.toEnd(kasmId, how);
    if (session == null) {
      return CompletableFuture.completedStage(register.find(kasmId));
    }
    CompletableFuture<SessionReport> over = new CompletableFuture<>();
    SessionThreads.run(session, () -> lifecycle.end(session, how, over));
    return over.orTimeout(limits.get().endWait().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(failure -> asItIs(session, failure))
        .thenApply(Optional::of);
  }

  private static SessionReport asItIs(LiveSession session, Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (!(cause instanceof TimeoutException)) {
      LOG.error("The end of session {} failed", session.kasmId(), cause);
    }
    return session.report();
  }
}
