package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import kds.api.host.HostException;
import kds.api.session.SessionException;
import kds.api.session.SessionException.Reason;
import kds.api.session.SessionReport.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes before the first step of a session: who it is for, and whether it may begin now. */
final class Admission {
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
    BooleanSupplier given = session.cancelled()::isDone;
    People.Person person = lookUp(session);
    if (person == null) {
      return;
    }
    identify(session, person);
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

  /** Whose session it is; null when its end was asked for while the directory thought about it. */
  private People.@Nullable Person lookUp(LiveSession session)
      throws SessionException, InterruptedException {
    FutureTask<People.Person> answer =
        new FutureTask<>(() -> people.of(session.record().session()));
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .name("kds-session-user")
            .inheritInheritableThreadLocals(false)
            .start(
                () -> {
                  answer.run();
                  done.complete(null);
                });
    CompletableFuture.anyOf(done, session.cancelled()).join();
    if (!done.isDone()) {
      thread.interrupt();
      return null;
    }
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SessionException refused) {
        throw refused;
      }
      throw new IllegalStateException("The look-up of the session's user failed", e.getCause());
    }
  }

  private void identify(LiveSession session, People.Person person) {
    Account account = person.user().map(Account::of).orElse(null);
    session.note(r -> r.of(person.key(), account));
    if (account != null) {
      lanes.unresolved().forEach(this::resolveLater);
    }
    String trouble = person.trouble();
    if (trouble != null) {
      session.note(r -> r.with(Remarks.of(Remarks.USER, trouble)));
      events.tell(session.kasmId(), "step", Remarks.USER, trouble);
    }
  }

  /**
   * The directory answers: looks up, while nobody waits, for whom a session is that began when it
   * did not. It may be the same user's, by another of his names.
   */
  private void resolveLater(LiveSession session) {
    Thread.ofVirtual()
        .name("kds-session-user")
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              try {
                people
                    .find(session.record(), false)
                    .ifPresent(user -> session.note(r -> r.of(r.person(), Account.of(user))));
              } catch (HostException e) {
                LOG.debug("The user of session {} is still not known", session.kasmId(), e);
              }
            });
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
