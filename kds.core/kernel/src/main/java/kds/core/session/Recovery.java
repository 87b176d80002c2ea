package kds.core.session;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over what an earlier life of the service left, and goes on with it. After a restart of the
 * machine less of it is left: its processes, its mounts and the secrets are gone.
 */
final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private static final String RUNNING_TROUBLE =
      "The machine was restarted since: the session's desktop, programs and mounted storage are"
          + " gone, its files are not. Log on again for a new desktop; for storage and scripts, end"
          + " the session and start a new one.";

  private static final String STARTING_TROUBLE =
      "The machine was restarted in the middle of the start, and what had been done is undone. Start"
          + " a new session.";

  private static final Comparator<SessionRecord> BY_END =
      Comparator.comparing(record -> record.ended() == null ? record.started() : record.ended());

  private final Journal journal;
  private final Secrets secrets;
  private final Register register;
  private final Lanes lanes;
  private final Lifecycle lifecycle;
  private final Background background;
  private final String boot;

  Recovery(
      Journal journal,
      Secrets secrets,
      Register register,
      Lanes lanes,
      Lifecycle lifecycle,
      Background background,
      String boot) {
    this.journal = journal;
    this.secrets = secrets;
    this.register = register;
    this.lanes = lanes;
    this.lifecycle = lifecycle;
    this.background = background;
    this.boot = boot;
  }

  void recover() throws IOException {
    journal.open();
    secrets.open();
    List<LiveSession> alive = new ArrayList<>();
    PriorityQueue<SessionRecord> lately = new PriorityQueue<>(BY_END);
    journal.readAll(
        record -> {
          if (record.state() == State.ENDED) {
            remember(record, lately);
          } else {
            alive.add(new LiveSession(journal, record, secrets.restore(record)));
          }
        });
    while (!lately.isEmpty()) {
      takeOverEnded(lately.remove());
    }
    secrets.sweep(alive.stream().map(LiveSession::kasmId).collect(Collectors.toSet()));
    alive.sort(Comparator.comparing(session -> session.record().started()));
    alive.forEach(register::add);
    alive.forEach(lanes::adopt);
    alive.forEach(this::takeUp);
  }

  /** Keeps the last that ended as a whole, and of the others little: there may be very many. */
  private void remember(SessionRecord ended, PriorityQueue<SessionRecord> lately) {
    lately.add(ended);
    if (lately.size() > register.most()) {
      register.addBygone(lately.remove());
    }
  }

  private void takeOverEnded(SessionRecord record) {
    LiveSession session = LiveSession.past(journal, record);
    register.add(session);
    register.ended(session);
  }

  private void takeUp(LiveSession session) {
    background.lose(session);
    if (session.record().isOfEarlierBoot(boot)) {
      takeUpAfterBoot(session);
      return;
    }
    lifecycle.tellState(session, "taken up after a restart of the service");
    switch (session.record().state()) {
      case STARTING -> SessionThreads.atStart(session, () -> lifecycle.goOnStarting(session));
      case ENDING -> goOnEnding(session);
      default -> begun(session);
    }
  }

  private void takeUpAfterBoot(LiveSession session) {
    LOG.warn(
        "The machine was restarted: session {} was {}",
        session.kasmId(),
        session.record().state().name().toLowerCase(Locale.ROOT));
    switch (session.record().state()) {
      case STARTING -> {
        remark(session, STARTING_TROUBLE, r -> r.as(State.ENDING, Outcome.FAILED));
        goOnEnding(session);
      }
      case ENDING -> {
        session.writeIfPossible(r -> r.in(boot));
        goOnEnding(session);
      }
      default -> {
        remark(session, RUNNING_TROUBLE, r -> r.as(State.RUNNING, Outcome.DEGRADED));
        begun(session);
      }
    }
    lifecycle.tellState(session, "taken up after a restart of the machine");
  }

  private void remark(
      LiveSession session, String trouble, UnaryOperator<SessionRecord> consequence) {
    StepRecord remark = Remarks.of(Remarks.MACHINE, trouble);
    session.writeIfPossible(r -> consequence.apply(r.with(remark)).in(boot));
  }

  private void goOnEnding(LiveSession session) {
    begun(session);
    session.cancelled().complete(null);
    SessionThreads.run(session, () -> lifecycle.finish(session));
  }

  private static void begun(LiveSession session) {
    session.started().complete(session.report());
    session.idle().complete(null);
  }
}
