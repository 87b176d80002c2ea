package kds.core.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import kds.api.session.SessionException;
import kds.api.session.SessionException.Reason;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.Sessions.Ending;
import kds.core.session.LiveSession.Turn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a session from its start to its end. At any time one thread alone works on one:
 * that of its end first has the start give way; {@link Lanes} does the same for one user's.
 */
final class Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final Lanes lanes;
  private final Events events;
  private final Secrets secrets;
  private final Register register;
  private final StepRunner runner;
  private final Admission admission;
  private final Consumer<SessionReport> over;

  /**
   * Makes one.
   *
   * @param over is told of each session that is over
   */
  Lifecycle(
      Lanes lanes,
      Events events,
      Secrets secrets,
      Register register,
      StepRunner runner,
      Admission admission,
      Consumer<SessionReport> over) {
    this.lanes = lanes;
    this.events = events;
    this.secrets = secrets;
    this.register = register;
    this.runner = runner;
    this.admission = admission;
    this.over = over;
  }

  // Start

  void begin(LiveSession session) throws InterruptedException {
    tellState(session, "starting");
    try {
      admission.admit(session);
    } catch (SessionException e) {
      withdraw(session, e);
      return;
    } catch (RuntimeException | Error e) {
      LOG.error("Session {} does not begin", session.kasmId(), e);
      withdraw(
          session,
          new SessionException(
              Reason.CROWDED,
              "The service failed to begin the session; its log tells why. Try again.",
              Duration.ofSeconds(30)));
      return;
    }
    goOnStarting(session);
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

  /** Does what is left to do of a start, when it is its turn, unless its end was asked for. */
  void goOnStarting(LiveSession session) throws InterruptedException {
    if (!lanes.take(session, session.cancelled()::isDone)) {
      return;
    }
    try {
      startInTurn(session);
    } finally {
      lanes.release(session);
    }
  }

  private void startInTurn(LiveSession session) throws InterruptedException {
    if (session.cancelled().isDone()) {
      return;
    }
    Outcome outcome = outcome(session);
    if (outcome == Outcome.FAILED) {
      session.turnToEnd(r -> r.as(State.ENDING));
      session.writeIfPossible(r -> r.as(State.ENDING, Outcome.FAILED));
      tellState(session, "failed; what was done is undone");
      endInTurn(session);
    } else if (outcome != null) {
      session.writeIfPossible(r -> r.begun(outcome));
      tellState(session, outcome == Outcome.READY ? "ready" : "ready, but degraded");
    }
  }

  private @org.jspecify.annotations.Nullable Outcome outcome(LiveSession session)
      throws InterruptedException {
    try {
      return runner.start(session);
    } catch (RuntimeException | Error e) {
      LOG.error("The start of session {} broke, and is undone", session.kasmId(), e);
      return Outcome.FAILED;
    }
  }

  // End

  /**
   * Turns a session to its end and ends it, unless somebody else does that already, who then goes
   * as far as is asked for here.
   *
   * @param answer completed when it is over
   */
  void end(LiveSession session, Ending how, CompletableFuture<SessionReport> answer)
      throws InterruptedException {
    Turn turn = session.turnToEnd(how);
    session.ended().thenAccept(answer::complete);
    if (turn == Turn.NONE) {
      return;
    }
    // Written before anything is waited for: this end may be acknowledged before it begins.
    session.writeIfPossible(r -> r);
    if (turn == Turn.MINE) {
      lanes.changed();
      tellState(session, "ending");
      finish(session);
    }
  }

  /** Waits until the start has given way, then does the end. */
  void finish(LiveSession session) throws InterruptedException {
    session.idle().join();
    if (session.is(State.ENDED)) {
      return; // Its start failed and was undone in the meantime.
    }
    if (session.record().steps().isEmpty() && session.record().outcome() == null) {
      endInTurn(session); // Nothing was done yet: no need to wait for the user's other sessions.
      return;
    }
    lanes.adopt(session);
    lanes.take(session, () -> false);
    try {
      lanes.adopt(session); // Again: who ended it before, and less, has let it leave meanwhile.
      endInTurn(session);
    } finally {
      lanes.release(session);
    }
  }

  /** Does the end, and as much more of it as is asked for meanwhile. */
  private void endInTurn(LiveSession session) throws InterruptedException {
    CompletableFuture<SessionReport> over = null;
    while (over == null) {
      Ending how = session.record().ending();
      endSteps(session);
      over = session.over(how);
    }
    conclude(session, over);
  }

  private void endSteps(LiveSession session) throws InterruptedException {
    try {
      runner.end(session);
    } catch (RuntimeException | Error e) {
      LOG.error("The end of session {} broke; it is over nevertheless", session.kasmId(), e);
    }
  }

  private void conclude(LiveSession session, CompletableFuture<SessionReport> ended) {
    try {
      session.strip();
      secrets.forget(session.kasmId());
      lanes.leave(session);
      tellState(session, "ended");
      register.ended(session);
      over.accept(session.report());
    } finally {
      ended.complete(session.report());
    }
  }

  void tellState(LiveSession session, String text) {
    events.tell(session.kasmId(), "state", "", text);
  }
}
