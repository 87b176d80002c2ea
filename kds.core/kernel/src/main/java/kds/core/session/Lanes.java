package kds.core.session;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import kds.api.session.SessionReport.State;

/**
 * Keeps the sessions of one user in order: their steps never interleave, and none begins while
 * another is being ended. Sessions of different users do not know of each other.
 */
final class Lanes {
  private static final class Lane {
    /** Fair: a session's end must not be overtaken for ever. */
    final Semaphore turn = new Semaphore(1, true);

    final Set<LiveSession> members = new LinkedHashSet<>();
  }

  private final Map<String, Lane> lanes = new HashMap<>();

  /**
   * Joins a user's sessions when none of them is being ended.
   *
   * @param given whether it shall not join any more
   * @return whether it joined
   */
  synchronized boolean join(LiveSession session, Duration patience, BooleanSupplier given)
      throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (isEnding(session.person())) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left <= 0 || given.getAsBoolean()) {
        return false;
      }
      wait(left);
    }
    if (given.getAsBoolean()) {
      return false;
    }
    adopt(session);
    return true;
  }

  /** Joins whatever the others do: a session of an earlier life of the service. */
  synchronized void adopt(LiveSession session) {
    lanes.computeIfAbsent(session.person(), key -> new Lane()).members.add(session);
  }

  /** A session is over. */
  synchronized void leave(LiveSession session) {
    Lane lane = lanes.get(session.person());
    if (lane != null) {
      lane.members.remove(session);
      if (lane.members.isEmpty()) {
        lanes.remove(session.person());
      }
    }
    notifyAll();
  }

  /** Has those who wait look again. */
  synchronized void changed() {
    notifyAll();
  }

  /** How many sessions of its user are not over, beside this one. */
  synchronized int others(LiveSession session) {
    Lane lane = lanes.get(session.person());
    return lane == null ? 0 : (int) lane.members.stream().filter(s -> s != session).count();
  }

  /** What a user's sessions take in turns to work; give it back by releasing. */
  synchronized Semaphore turn(LiveSession session) {
    return lanes.computeIfAbsent(session.person(), key -> new Lane()).turn;
  }

  private boolean isEnding(String person) {
    Lane lane = lanes.get(person);
    return lane != null && lane.members.stream().anyMatch(s -> s.record().state() == State.ENDING);
  }
}
