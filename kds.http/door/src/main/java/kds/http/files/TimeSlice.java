package kds.http.files;

import java.util.concurrent.locks.LockSupport;

/**
 * How long a virtual thread may compute before others get its processor. Java lets a virtual thread
 * run until it waits for something, and what packs an archive for a fast client never does: two of
 * them would keep all requests waiting on a machine with two processors. Belongs to one thread.
 */
final class TimeSlice {
  /**
   * Long beside what a change of threads costs (some 20 µs), short beside what a person notices.
   */
  private static final long LENGTH_NANOS = 2_000_000;

  private long began = System.nanoTime();

  /**
   * Called between two pieces of work: waits a moment when the time is over. Not {@link
   * Thread#yield}, after which a thread only lets those go first that its own processor has begun
   * with, and nobody new.
   */
  void check() {
    if (System.nanoTime() - began > LENGTH_NANOS) {
      LockSupport.parkNanos(1);
      began = System.nanoTime();
    }
  }
}
