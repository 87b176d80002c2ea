package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import kds.api.session.Session;
import kds.api.session.SessionEvent;
import kds.api.session.SessionException;
import kds.api.session.SessionException.Reason;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Starts and ends sessions. Thread-safe; no public method waits.
 *
 * <p>A start and an end each have a thread. The one of an end first has the start give way, so that
 * at any time one thread alone works on a session; {@link Lanes} does the same for one user's.
 */
final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final int MOST_EVENTS = 512;

  private final Lanes lanes = new Lanes();
  private final Events events = new Events(MOST_EVENTS);
  private final Journal journal;
  private final Secrets secrets;
  private final Supplier<Limits> limits;
  private final Consumer<SessionReport> over;
  private final Register register;
  private final Course course;
  private final Admission admission;

  /**
   * Makes one.
   *
   * @param over is told of each session that is over
   */
  Engine(
      Journal journal,
      Secrets secrets,
      StepSource steps,
      People people,
      Supplier<Limits> limits,
      Consumer<SessionReport> over) {
    this.journal = journal;
    this.secrets = secrets;
    this.limits = limits;
    this.over = over;
    this.register = new Register(journal, events);
    this.course = new Course(steps, lanes, people, events, limits);
    this.admission = new Admission(journal, secrets, people, register, lanes, events, limits);
  }

  /** What is known of all sessions. */
  Register register() {
    return register;
  }

  AutoCloseable subscribe(Optional<String> kasmId, long after, Consumer<SessionEvent> listener) {
    return events.subscribe(kasmId, after, listener);
  }

  /** Ends the subscriptions. Work that is under way is taken up by the next life of the service. */
  @Override
  public void close() {
    events.close();
  }

  // After a restart

  /** Takes over what an earlier life of the service left, and goes on with it. */
  void recover() throws IOException {
    journal.open();
    secrets.open();
    Set<String> alive = new HashSet<>();
    for (SessionRecord record : journal.readAll()) {
      boolean ended = record.state() == State.ENDED;
      SessionRequest request = ended ? Secrets.bare(record) : secrets.restore(record);
      LiveSession session = new LiveSession(journal, record, request);
      register.add(session);
      if (!ended) {
        alive.add(session.kasmId());
        lanes.adopt(session);
      }
    }
    secrets.sweep(alive);
    register.all().forEach(this::takeUp);
  }

  private void takeUp(LiveSession session) {
    State state = session.record().state();
    if (state == State.ENDED) {
      session.ended().complete(session.report());
    } else {
      tellState(session, "taken up after a restart of the service");
    }
    if (state == State.STARTING) {
      workAtStart(session, () -> inTurn(session, () -> goOnStarting(session)));
      return;
    }
    session.started().complete(session.report());
    session.idle().complete(null);
    if (state == State.ENDING) {
      session.cancelled().complete(null);
      work(session, () -> finish(session));
    }
  }

  // Start

  CompletionStage<SessionReport> start(SessionRequest request) {
    LiveSession fresh = new LiveSession(journal, first(request), request);
    LiveSession known = register.add(fresh);
    if (known != null) {
      return again(known, request.session());
    }
    workAtStart(fresh, () -> begin(fresh));
    return fresh.started().copy();
  }

  private static SessionRecord first(SessionRequest request) {
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
        List.of());
  }

  private static CompletionStage<SessionReport> again(LiveSession session, Session asked) {
    if (!session.record().session().userId().equals(asked.userId())) {
      return CompletableFuture.failedStage(
          new SessionException(
              Reason.REFUSED,
              "The session " + asked.kasmId() + " belongs to another user.",
              Duration.ZERO));
    }
    return session.started().thenApply(first -> session.report());
  }

  private void begin(LiveSession session) throws InterruptedException {
    tellState(session, "starting");
    try {
      admission.admit(session);
    } catch (SessionException e) {
      withdraw(session, e);
      return;
    }
    inTurn(session, () -> goOnStarting(session));
  }

  /** A session that cannot begin was never there, unless its end was asked for meanwhile. */
  private void withdraw(LiveSession session, SessionException why) {
    if (session.turnToEnd(SessionRecord::over)) {
      lanes.leave(session);
      secrets.forget(session.kasmId());
      register.remove(session);
      session.ended().complete(session.report());
    }
    session.started().completeExceptionally(why);
  }

  private void goOnStarting(LiveSession session) throws InterruptedException {
    if (session.cancelled().isDone()) {
      return;
    }
    Outcome outcome = course.start(session);
    if (outcome == null) {
      return;
    }
    if (outcome == Outcome.FAILED) {
      session.turnToEnd(r -> r.as(State.ENDING));
      session.writeIfPossible(r -> r.as(State.ENDING, Outcome.FAILED));
      tellState(session, "failed; what was done is undone");
      course.end(session);
      conclude(session);
    } else {
      session.writeIfPossible(r -> r.begun(outcome));
      tellState(session, outcome == Outcome.READY ? "ready" : "ready, but degraded");
    }
  }

  // End

  CompletionStage<Optional<SessionReport>> end(String kasmId, Ending how) {
    LiveSession session = register.get(kasmId);
    if (session == null) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    if (!session.is(State.ENDED)) {
      work(session, () -> turnAndFinish(session, how));
    }
    return session
        .ended()
        .copy()
        .orTimeout(limits.get().endWait().toMillis(), TimeUnit.MILLISECONDS)
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

  private void turnAndFinish(LiveSession session, Ending how) throws InterruptedException {
    if (session.turnToEnd(r -> r.ending(how))) {
      lanes.changed();
      tellState(session, "ending");
      finish(session);
    }
  }

  /** Waits until the start has given way, then does the end. */
  private void finish(LiveSession session) throws InterruptedException {
    session.idle().join();
    if (session.is(State.ENDED)) {
      return; // Its start failed and was undone in the meantime.
    }
    if (session.record().steps().isEmpty() && session.record().outcome() == null) {
      conclude(session); // Nothing was done yet: no need to wait for the user's other sessions.
      return;
    }
    lanes.adopt(session);
    inTurn(
        session,
        () -> {
          session.writeIfPossible(r -> r);
          course.end(session);
          conclude(session);
        });
  }

  private void conclude(LiveSession session) {
    session.writeIfPossible(SessionRecord::over);
    session.strip();
    secrets.forget(session.kasmId());
    lanes.leave(session);
    tellState(session, "ended");
    over.accept(session.report());
    session.ended().complete(session.report());
  }

  // Work

  /** A piece of work that may wait. */
  @FunctionalInterface
  private interface Waiting {
    void run() throws InterruptedException;
  }

  /** Does what belongs to a session's start: its end waits until it has given way. */
  private static void workAtStart(LiveSession session, Waiting work) {
    work(
        session,
        () -> {
          try {
            work.run();
          } catch (RuntimeException | Error e) {
            session.started().completeExceptionally(e);
            throw e;
          } finally {
            session.started().complete(session.report());
            session.idle().complete(null);
          }
        });
  }

  private static void work(LiveSession session, Waiting work) {
    Thread.ofVirtual()
        .name("kds-session-" + session.kasmId())
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try (MDC.MDCCloseable _ = MDC.putCloseable("session", session.kasmId())) {
                work.run();
              } catch (InterruptedException e) {
                LOG.warn("The work on session {} was interrupted", session.kasmId());
              } catch (RuntimeException | Error e) {
                LOG.error("The work on session {} failed", session.kasmId(), e);
              }
            });
  }

  /**
   * Works when it is this session's turn among its user's; a start that is cancelled never does.
   */
  private void inTurn(LiveSession session, Waiting work) throws InterruptedException {
    Semaphore turn = lanes.turn(session);
    boolean atStart = !session.idle().isDone();
    while (!turn.tryAcquire(100, TimeUnit.MILLISECONDS)) {
      if (atStart && session.cancelled().isDone()) {
        return;
      }
    }
    try {
      work.run();
    } finally {
      turn.release();
    }
  }

  private void tellState(LiveSession session, String text) {
    events.tell(session.kasmId(), "state", "", text);
  }
}
