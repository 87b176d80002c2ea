package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import kds.api.host.HostUser;
import kds.api.session.SessionException;
import kds.api.session.SessionException.Reason;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.StepResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes before the first step of a session: who it is for, and whether it may begin now. */
final class Admission {
  /** The name under which a report tells that the session's user is not known. */
  static final String USER = "user";

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final Journal journal;
  private final Secrets secrets;
  private final People people;
  private final Register register;
  private final Lanes lanes;
  private final Events events;
  private final Supplier<Limits> limits;

  Admission(
      Journal journal,
      Secrets secrets,
      People people,
      Register register,
      Lanes lanes,
      Events events,
      Supplier<Limits> limits) {
    this.journal = journal;
    this.secrets = secrets;
    this.people = people;
    this.register = register;
    this.lanes = lanes;
    this.events = events;
    this.limits = limits;
  }

  /**
   * Lets a session in, after the end of its user's other one if need be, and writes it down.
   *
   * @throws SessionException when it cannot begin; not when its own end was asked for meanwhile
   */
  void admit(LiveSession session) throws SessionException, InterruptedException {
    refuseCrowd();
    identify(session);
    BooleanSupplier given = session.cancelled()::isDone;
    if (lanes.join(session, limits.get().startWait(), given)) {
      writeFirst(session);
    } else if (!given.getAsBoolean()) {
      throw unfinishedEnd(limits.get());
    }
  }

  private void refuseCrowd() throws SessionException {
    long starting = register.all().stream().filter(s -> s.is(State.STARTING)).count();
    if (starting > limits.get().mostStarting()) {
      throw new SessionException(
          Reason.CROWDED,
          "Too many sessions are starting at once. Try again in a moment.",
          Duration.ofSeconds(5));
    }
  }

  private void identify(LiveSession session) throws SessionException {
    People.Person person = people.of(session.record().session());
    Long uid = person.user().map(HostUser::uid).orElse(null);
    session.note(r -> r.of(person.key(), uid));
    String trouble = person.trouble();
    if (trouble != null) {
      StepRecord told =
          new StepRecord(USER, Phase.START, 0, true, null, Instant.now(), 0)
              .with(StepResult.failed(trouble));
      session.note(r -> r.with(told));
      events.tell(session.kasmId(), "step", USER, trouble);
    }
  }

  private void writeFirst(LiveSession session) throws SessionException {
    try {
      secrets.keep(session.request());
      session.write(r -> r);
    } catch (IOException e) {
      LOG.error("Session {} does not begin", session.kasmId(), e);
      forgetFirst(session);
      throw new SessionException(
          Reason.CROWDED,
          "The session's journal cannot be written. See that there is space where the service"
              + " keeps its state; its log tells more.",
          Duration.ofSeconds(30));
    }
  }

  /** The journal may be there in spite of the failure, and would be taken up after a restart. */
  private void forgetFirst(LiveSession session) {
    try {
      journal.delete(session.kasmId());
    } catch (IOException e) {
      LOG.debug("No journal of session {} to delete", session.kasmId(), e);
    }
  }

  private static SessionException unfinishedEnd(Limits limits) {
    return new SessionException(
        Reason.ENDING,
        "Another session of this user is being ended, and that was not done after "
            + limits.startWait().toMillis() / 1000.0
            + " s. Try again; GET /sessions tells how far it is.",
        Duration.ofSeconds(5));
  }
}
