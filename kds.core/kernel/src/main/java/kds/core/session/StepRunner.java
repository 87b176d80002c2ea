package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import kds.api.capability.Lease;
import kds.api.session.CredentialType;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionStep;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the steps of a session's start or end, one after the other, each written down before and
 * after. One that the journal has a result of is not done again; one that it has only the beginning
 * of was interrupted by the service's death, and is done again or reported as unknown.
 */
final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

  private static final Comparator<StepFacts> START_ORDER =
      Comparator.comparingInt(StepFacts::order).thenComparing(StepFacts::name);
  private final StepSource steps;
  private final Lanes lanes;
  private final People people;
  private final Events events;
  private final Supplier<Limits> limits;
  private final Background background;
  private final BooleanSupplier stopping;

  /**
   * Makes one.
   *
   * @param stopping whether the service stops: then steps go, and what becomes of those that are
   *     under way tells nothing; the next life of the service takes them up
   */
  StepRunner(
      StepSource steps,
      Lanes lanes,
      People people,
      Events events,
      Supplier<Limits> limits,
      Background background,
      BooleanSupplier stopping) {
    this.background = background;
    this.stopping = stopping;
    this.steps = steps;
    this.lanes = lanes;
    this.people = people;
    this.events = events;
    this.limits = limits;
  }

  /**
   * Does the start.
   *
   * @return how it went; null when it was cancelled by the end, which takes over
   */
  @org.jspecify.annotations.Nullable
  Outcome start(LiveSession session) throws InterruptedException {
    for (StepFacts step : steps.facts().stream().sorted(START_ORDER).toList()) {
      if (session.cancelled().isDone()) {
        return null;
      }
      StepResult result;
      try {
        result = once(session, step, Phase.START);
      } catch (IOException e) {
        events.tell(session.kasmId(), "progress", step.name(), "The journal cannot be written.");
        LOG.error("Session {} does not begin: its journal cannot be written", session.kasmId(), e);
        return Outcome.FAILED;
      }
      if (session.cancelled().isDone()) {
        return null;
      }
      if (result.bad() && step.essential()) {
        return Outcome.FAILED;
      }
    }
    goOnUnlessStopping(true);
    return session.record().hasBadStep() ? Outcome.DEGRADED : Outcome.READY;
  }

  /**
   * Does the end: of everything, or of a start that failed or was cancelled what had begun.
   * Whatever fails, the rest is done.
   */
  void end(LiveSession session) throws InterruptedException {
    settleStart(session);
    for (StepFacts step : EndPlan.of(steps.facts(), session.record())) {
      try {
        once(session, step, Phase.END);
      } catch (IOException e) {
        LOG.error(
            "The journal of session {} cannot be written; its end goes on", session.kasmId(), e);
      } catch (RuntimeException | Error e) {
        LOG.error("The end of session {}, step {}, broke", session.kasmId(), step.name(), e);
        StepRecord broken = StepRecord.begin(step, Phase.END, session.record().ending());
        session.writeIfPossible(
            r -> r.with(broken.with(StepResult.failed("It broke: " + e.getMessage()), 0)));
      }
    }
    goOnUnlessStopping(true);
  }

  /**
   * A step of the start that has no result was interrupted by the service's death after the end had
   * been asked for: nobody goes on with it.
   */
  private void settleStart(LiveSession session) throws InterruptedException {
    for (StepRecord begun : session.record().steps()) {
      if (begun.phase() == Phase.START && begun.result() == null) {
        StepFacts step =
            steps.facts().stream()
                .filter(facts -> facts.name().equals(begun.name()))
                .findFirst()
                .orElseGet(() -> StepFacts.gone(begun));
        StepResult result = unknown(session, step, begun);
        session.writeIfPossible(r -> r.with(begun.with(result, 0)));
        tell(session, step, Phase.START, result);
      }
    }
  }

  /**
   * Does a step unless it was done; the result may be of an earlier life of the service. One that
   * was passed over when less was asked for is done.
   */
  private StepResult once(LiveSession session, StepFacts step, Phase phase)
      throws IOException, InterruptedException {
    Ending ending = session.record().ending();
    Optional<StepRecord> before = session.record().step(step.name(), phase);
    StepResult known = before.map(StepRecord::result).orElse(null);
    if (known != null && (phase == Phase.START || before.get().isSettled(ending))) {
      return known;
    }
    goOnUnlessStopping(true);
    Optional<StepRecord> interrupted = before.filter(b -> b.result() == null);
    Ending wanted = phase == Phase.END ? ending : null;
    StepRecord begun =
        interrupted
            .map(b -> b.under(wanted))
            .orElseGet(() -> StepRecord.begin(step, phase, wanted));
    IOException broken = null;
    if (interrupted.isEmpty()) {
      try {
        session.write(r -> r.with(begun));
      } catch (IOException e) {
        if (phase == Phase.START) {
          throw e;
        }
        broken = e;
        session.note(r -> r.with(begun));
      }
    }
    long since = System.nanoTime();
    StepResult result =
        interrupted.isPresent() && !begun.repeatable()
            ? unknown(session, step, begun)
            : attempt(session, step, begun);
    goOnUnlessStopping(result.bad());
    long took = (System.nanoTime() - since) / 1_000_000;
    StepRecord done = begun.with(result, took);
    session.writeIfPossible(r -> r.with(done));
    tell(session, step, phase, result);
    background.follow(session, done);
    if (broken != null) {
      throw broken;
    }
    return result;
  }

  /**
   * What failed because the service stops is not written down as its result; nor is a session ready
   * or over because the steps have gone.
   */
  private void goOnUnlessStopping(boolean bad) throws InterruptedException {
    if (bad && stopping.getAsBoolean()) {
      throw new InterruptedException("The service stops; its next life goes on with this");
    }
  }

  /** What still is at work of it is ended, so that the next step finds nobody. */
  private StepResult unknown(LiveSession session, StepFacts step, StepRecord begun)
      throws InterruptedException {
    CompletableFuture<Void> giveWay = new CompletableFuture<>();
    Optional<Lease<SessionStep>> lease = enter(step.name(), giveWay);
    String trouble = "";
    if (lease.isPresent()) {
      StepCall.Work ending =
          (service, context) -> {
            service.interrupted(context);
            return StepResult.done("");
          };
      StepResult ended = call(lease.get(), session, step, begun, ending).make(giveWay, grace());
      trouble = ended.bad() ? " What is left of it could not be ended: " + ended.message() : "";
    }
    return new StepResult(
        StepResult.Status.UNKNOWN,
        "The service died while it ran, and it is not done again. Look whether what it does is done."
            + trouble);
  }

  private StepCall call(
      Lease<SessionStep> lease,
      LiveSession session,
      StepFacts step,
      StepRecord begun,
      StepCall.Work work) {
    int others =
        begun.phase() == Phase.START
            ? lanes.othersPast(session, step.name())
            : lanes.others(session);
    Context context = new Context(session, begun, others, people, events);
    return new StepCall(lease, step, context, work);
  }

  private Duration grace() {
    return limits.get().grace();
  }

  private StepResult attempt(LiveSession session, StepFacts step, StepRecord begun)
      throws InterruptedException {
    Phase phase = begun.phase();
    if (step.needsUser() && People.isNameless(session.record().session())) {
      return StepResult.skipped(
          session.record().session().credentialType() == CredentialType.PROMPT_USER
              ? "A Prompt User session has no system user."
              : "The session does not name its system user.");
    }
    int others = phase == Phase.END && step.lastSessionOnly() ? lanes.others(session) : 0;
    if (others > 0) {
      return StepResult.skipped(
          "Left to the user's last session; " + others + " more of his go on.");
    }
    CompletableFuture<Void> giveWay =
        phase == Phase.START ? session.cancelled() : new CompletableFuture<>();
    Optional<Lease<SessionStep>> lease = enter(step.name(), giveWay);
    if (lease.isEmpty()) {
      return StepResult.failed(
          giveWay.isDone()
              ? "It was stopped for the end."
              : "No bundle offers this step now, though one did; what it has done for the session"
                  + " may be left as it is.");
    }
    events.tell(session.kasmId(), "step", step.name(), phase + " begins");
    StepCall.Work work = phase == Phase.START ? SessionStep::start : SessionStep::end;
    return call(lease.get(), session, step, begun, work).make(giveWay, grace());
  }

  /** Enters a step; while a bundle is replaced without overlap that may take a moment. */
  private Optional<Lease<SessionStep>> enter(String step, CompletableFuture<Void> giveWay)
      throws InterruptedException {
    long until = System.nanoTime() + limits.get().gap().toNanos();
    Optional<Lease<SessionStep>> lease = steps.enter(step);
    while (lease.isEmpty() && !giveWay.isDone() && System.nanoTime() < until) {
      goOnUnlessStopping(true);
      TimeUnit.MILLISECONDS.sleep(50);
      lease = steps.enter(step);
    }
    return lease;
  }

  private void tell(LiveSession session, StepFacts step, Phase phase, StepResult result) {
    String text = phase + " " + result.status() + ": " + result.message();
    events.tell(session.kasmId(), "step", step.name(), text);
    if (result.bad()) {
      LOG.warn("Session {}, step {}: {}", session.kasmId(), step.name(), text);
    } else {
      LOG.info("Session {}, step {}: {}", session.kasmId(), step.name(), text);
    }
  }
}
