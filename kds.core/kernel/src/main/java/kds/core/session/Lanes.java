package kds.core.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.StepResult;

/**
 * Keeps the sessions of one user in order: their steps never interleave, and none begins while
 * another is being ended. Sessions of different users do not know of each other.
 */
final class Lanes {
  private static final class Lane {
    final Set<LiveSession> members = new LinkedHashSet<>();

    /** Who works, and behind him who waits for that, in the order in which they came. */
    final Deque<LiveSession> turns = new ArrayDeque<>();
  }

  private final Map<String, Lane> lanes = new HashMap<>();

  /**
   * Joins a user's sessions when none of them is being ended.
   *
   * @param given whether it shall not join any more; when that changes, tell by {@link #changed}
   * @return whether it joined
   */
  synchronized boolean join(LiveSession session, Duration patience, BooleanSupplier given)
      throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (!given.getAsBoolean() && isEnding(session.person())) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(left / 1_000_000 + 1);
    }
    if (given.getAsBoolean()) {
      return false;
    }
    adopt(session);
    return true;
  }

  /** Joins whatever the others do: a session of an earlier life of the service. */
  synchronized void adopt(LiveSession session) {
    lane(session).members.add(session);
  }

  /** A session is over. */
  synchronized void leave(LiveSession session) {
    Lane lane = lanes.get(session.person());
    if (lane != null) {
      lane.members.remove(session);
      removeIfEmpty(session.person(), lane);
    }
    notifyAll();
  }

  /** Has those who wait look again. */
  synchronized void changed() {
    notifyAll();
  }

  /** How many sessions of its user are not over, beside this one. */
  synchronized int others(LiveSession session) {
    Account account = session.record().account();
    return (int)
        members()
            .filter(other -> other != session)
            .filter(other -> isOfPerson(other, session.person(), account))
            .count();
  }

  /** How many of those have a step of their start behind them. */
  synchronized int othersPast(LiveSession session, String step) {
    Account account = session.record().account();
    return (int)
        members()
            .filter(other -> other != session)
            .filter(other -> isOfPerson(other, session.person(), account))
            .filter(other -> isPast(other.record(), step))
            .count();
  }

  /** One that was broken off for the end is not: nothing was done, or it is undone. */
  private static boolean isPast(SessionRecord record, String step) {
    StepResult result = record.step(step, Phase.START).map(StepRecord::result).orElse(null);
    return result != null && !(result.bad() && record.state() == State.ENDING);
  }

  /** Sessions of a named user who should be known, and could not be looked up yet. */
  synchronized List<LiveSession> unresolved() {
    return members().filter(session -> isUnresolved(session.record())).toList();
  }

  private static boolean isUnresolved(SessionRecord record) {
    return record.account() == null && record.step(Remarks.USER, Phase.START).isPresent();
  }

  /**
   * Waits until it is this session's turn among its user's, first come, first served. Give the turn
   * back by {@link #release}.
   *
   * @param given whether it does not want it any more; when that changes, tell by {@link #changed}
   * @return whether it is its turn
   */
  synchronized boolean take(LiveSession session, BooleanSupplier given)
      throws InterruptedException {
    Lane lane = lane(session);
    lane.turns.addLast(session);
    boolean taken = false;
    try {
      while (lane.turns.getFirst() != session && !given.getAsBoolean()) {
        wait();
      }
      taken = lane.turns.getFirst() == session;
      return taken;
    } finally {
      if (!taken) {
        release(session);
      }
    }
  }

  /** Gives the turn back. */
  synchronized void release(LiveSession session) {
    Lane lane = lane(session);
    lane.turns.removeFirstOccurrence(session);
    removeIfEmpty(session.person(), lane);
    notifyAll();
  }

  private Lane lane(LiveSession session) {
    return lanes.computeIfAbsent(session.person(), key -> new Lane());
  }

  private void removeIfEmpty(String person, Lane lane) {
    if (lane.members.isEmpty() && lane.turns.isEmpty()) {
      lanes.remove(person, lane);
    }
  }

  private Stream<LiveSession> members() {
    return lanes.values().stream().flatMap(lane -> lane.members.stream());
  }

  /** By his identity too: two names of his that were not looked up are two lanes. */
  private static boolean isOfPerson(
      LiveSession session, String person, @org.jspecify.annotations.Nullable Account account) {
    Account own = session.record().account();
    return session.person().equals(person)
        || own != null && account != null && own.uid() == account.uid();
  }

  private boolean isEnding(String person) {
    Lane lane = lanes.get(person);
    return lane != null && lane.members.stream().anyMatch(s -> s.record().state() == State.ENDING);
  }

  /** How many users have sessions, for tests. */
  synchronized int size() {
    return lanes.size();
  }
}
