package kds.core.session;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.session.SessionContext;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions;
import kds.api.session.StepResult;

/** What one call of a step is told. */
final class Context implements SessionContext {
  private final LiveSession session;
  private final String step;
  private final int others;
  private final People people;
  private final Events events;
  private final Phase phase;
  private final Sessions.Ending ending;

  /**
   * Makes one.
   *
   * @param done what is written down of the step that is called
   */
  Context(LiveSession session, StepRecord done, int others, People people, Events events) {
    this.session = session;
    this.phase = done.phase();
    this.step = done.name();
    this.ending = done.ending() == null ? Sessions.Ending.CONFIGURED : done.ending();
    this.others = others;
    this.people = people;
    this.events = events;
  }

  /** The name of the group of a session's own processes. */
  static String group(String kasmId) {
    return "session-" + kasmId;
  }

  @Override
  public SessionRequest request() {
    return session.request();
  }

  @Override
  public Optional<HostUser> user() {
    try {
      Optional<HostUser> user = people.find(session.record(), phase == Phase.END);
      user.filter(u -> session.record().account() == null)
          .ifPresent(u -> session.note(r -> r.of(r.person(), Account.of(u))));
      return user;
    } catch (HostException e) {
      tell("The user could not be looked up: " + e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public String group() {
    return group(session.kasmId());
  }

  @Override
  public int otherSessions() {
    return others;
  }

  @Override
  public Sessions.Ending ending() {
    return ending;
  }

  @Override
  public void leaves(CompletionStage<StepResult> end) {
    session.leave(phase, step, end);
  }

  @Override
  public void tell(String text) {
    // An ended session's events are forgotten some day, and must not come back.
    if (!session.is(SessionReport.State.ENDED)) {
      events.tell(session.kasmId(), "progress", step, text);
    }
  }
}
