package kds.core.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import kds.api.session.Session;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.Sessions.Ending;
import org.jspecify.annotations.Nullable;

/**
 * All that outlives the service of a session: the content of its journal. Immutable; no secret is
 * in it.
 *
 * @param person what the sessions of one system user have in common, see {@link People}
 * @param account the user, null while he is not known
 * @param tokens the marks of the tokens that came with the request, see {@link TokenMarks}
 * @param attributes as in the request
 * @param boot the boot of the machine that it lives in, see {@link kds.api.host.StateFiles#boot}
 */
record SessionRecord(
    Session session,
    String person,
    @Nullable Account account,
    Set<String> tokens,
    Map<String, String> attributes,
    State state,
    @Nullable Outcome outcome,
    Ending ending,
    Instant started,
    @Nullable Instant ended,
    List<StepRecord> steps,
    @Nullable String boot) {
  SessionRecord {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(person, "person");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(ending, "ending");
    Objects.requireNonNull(started, "started");
    tokens = Set.copyOf(tokens);
    tokens.forEach(TokenMarks::requireMark);
    attributes = Map.copyOf(attributes);
    steps = List.copyOf(steps);
  }

  Optional<StepRecord> step(String name, Phase phase) {
    return steps.stream().filter(s -> s.phase() == phase && s.name().equals(name)).findFirst();
  }

  /** With this step's record added, or in the place of its older one. */
  SessionRecord with(StepRecord step) {
    List<StepRecord> changed = new ArrayList<>(steps);
    int at = 0;
    while (at < changed.size() && !isSame(changed.get(at), step)) {
      at++;
    }
    if (at < changed.size()) {
      changed.set(at, step);
    } else {
      changed.add(step);
    }
    return with(state, outcome, ending, ended, changed);
  }

  /**
   * With what became of what a step had left in the background; a session that runs is less than
   * ready when that is bad.
   */
  SessionRecord settled(StepRecord step) {
    SessionRecord changed = with(step);
    boolean less = step.result() != null && step.result().bad() && state == State.RUNNING;
    return less ? changed.as(State.RUNNING, Outcome.DEGRADED) : changed;
  }

  private static boolean isSame(StepRecord one, StepRecord other) {
    return one.phase() == other.phase() && one.name().equals(other.name());
  }

  SessionRecord as(State now) {
    return with(now, outcome, ending, ended, steps);
  }

  SessionRecord as(State now, Outcome how) {
    return with(now, how, ending, ended, steps);
  }

  /**
   * Its start has been done; it runs unless its end was asked for meanwhile. One that is ready may
   * be less than that by now, for what a step has left in the background.
   */
  SessionRecord begun(Outcome how) {
    Outcome now = how == Outcome.READY && hasBadStep() ? Outcome.DEGRADED : how;
    return as(state == State.STARTING ? State.RUNNING : state, now);
  }

  /** Whether a step went badly, which need not have been essential. */
  boolean hasBadStep() {
    return steps.stream().anyMatch(step -> step.result() != null && step.result().bad());
  }

  SessionRecord ending(Ending how) {
    return with(State.ENDING, outcome, how, ended, steps);
  }

  /** Whether an end like this asks for more than the one that was asked for before. */
  boolean isExceededBy(Ending how) {
    return reach(how) > reach(ending);
  }

  /** What the configuration says may be as much as the removal of the account, but not more. */
  private static int reach(Ending how) {
    return switch (how) {
      case DISCONNECT -> 0;
      case LOGOFF -> 1;
      case CONFIGURED -> 2;
      case DELETE -> 3;
    };
  }

  /** Whether an end like this would do something that its own, which is over, did not. */
  boolean leavesSomethingTo(Ending how) {
    return isExceededBy(how)
        && steps.stream().anyMatch(step -> step.phase() == Phase.END && !step.isSettled(how));
  }

  /**
   * It is over; one that was ended again, further than before, has been over since the first time.
   */
  SessionRecord over() {
    return with(State.ENDED, outcome, ending, ended == null ? Instant.now() : ended, steps);
  }

  /** Whether it has ever been over: nothing of it comes back, even if more of it is ended. */
  boolean hasEnded() {
    return state == State.ENDED || ended != null;
  }

  SessionRecord of(String who, @Nullable Account whom) {
    return with(who, whom, boot);
  }

  /** Whether the machine was started anew since it was written. */
  boolean isOfEarlierBoot(String now) {
    return boot != null && !boot.isEmpty() && !now.isEmpty() && !boot.equals(now);
  }

  SessionRecord in(String now) {
    return with(person, account, now);
  }

  private SessionRecord with(String person, @Nullable Account account, @Nullable String boot) {
    return new SessionRecord(
        session,
        person,
        account,
        tokens,
        attributes,
        state,
        outcome,
        ending,
        started,
        ended,
        steps,
        boot);
  }

  private SessionRecord with(
      State state,
      @Nullable Outcome outcome,
      Ending ending,
      @Nullable Instant ended,
      List<StepRecord> steps) {
    return new SessionRecord(
        session,
        person,
        account,
        tokens,
        attributes,
        state,
        outcome,
        ending,
        started,
        ended,
        steps,
        boot);
  }

  SessionReport report() {
    return new SessionReport(
        session, state, outcome, started, ended, steps.stream().map(StepRecord::report).toList());
  }
}
