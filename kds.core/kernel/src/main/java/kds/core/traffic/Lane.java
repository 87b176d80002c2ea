package kds.core.traffic;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import kds.api.transfer.Traffic.Transfer;
import kds.api.transfer.TransferException;

/** What one session moves, and how much of its bandwidth is spoken for. Thread-safe. */
final class Lane {
  /** What may be caught up on after a pause. */
  private static final long BURST = Duration.ofMillis(250).toNanos();

  /** After this a lane that nobody uses is forgotten, unless an interval is longer. */
  private static final long KEPT = Duration.ofMinutes(10).toNanos();

  private final ReentrantLock lock = new ReentrantLock();
  private final Set<LanePassage> passages = new LinkedHashSet<>();
  private boolean begun;
  private boolean retired;
  private long lastBegin;
  private long interval;
  private long free = System.nanoTime();

  /**
   * Lets a transfer in.
   *
   * @return false when this lane is retired, and another must be used
   */
  boolean enter(LanePassage passage, boolean further, Duration minInterval)
      throws TransferException {
    lock.lock();
    try {
      if (retired) {
        return false;
      }
      long now = System.nanoTime();
      long wait = begun ? lastBegin + minInterval.toNanos() - now : 0;
      if (wait > 0 && !further) {
        throw tooSoon(minInterval, Duration.ofNanos(wait));
      }
      begun = true;
      lastBegin = now;
      interval = minInterval.toNanos();
      passages.add(passage);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static TransferException tooSoon(Duration interval, Duration wait) {
    return new TransferException(
        TransferException.Reason.TOO_SOON,
        "This server asks for %s seconds between two transfers of a session. Try again in %s."
            .formatted(seconds(interval), seconds(wait)),
        wait);
  }

  private static String seconds(Duration time) {
    return Long.toString(Math.max(1, time.plusMillis(999).toSeconds()));
  }

  /**
   * Takes a share of the bandwidth, in the order of asking.
   *
   * @return how long to wait before using it, in nanoseconds
   */
  long take(long bytes, long bandwidth) {
    double nanos = bytes * 1e9 / bandwidth;
    lock.lock();
    try {
      long now = System.nanoTime();
      if (free - (now - BURST) < 0) {
        free = now - BURST;
      }
      free += (long) Math.min(nanos, Long.MAX_VALUE / 4);
      return free - now;
    } finally {
      lock.unlock();
    }
  }

  void leave(LanePassage passage) {
    lock.lock();
    try {
      passages.remove(passage);
    } finally {
      lock.unlock();
    }
  }

  List<Transfer> running() {
    lock.lock();
    try {
      return passages.stream().map(LanePassage::look).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a lane that holds nothing anybody could miss; whether it did. */
  boolean retireIfIdle() {
    lock.lock();
    try {
      long now = System.nanoTime();
      boolean idle = now - lastBegin > Math.max(KEPT, interval) && free - now < 0;
      retired = passages.isEmpty() && (!begun || idle);
      return retired;
    } finally {
      lock.unlock();
    }
  }
}
