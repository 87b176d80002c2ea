package kds.core.gate;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where calls wait in a gap: a number of seats and one clock for all gates. A waiting call is an
 * object on the heap; it holds no thread.
 */
final class WaitingRoom implements AutoCloseable {
  private final Duration gap;
  private final int seats;
  private final AtomicInteger taken = new AtomicInteger();
  private final ScheduledThreadPoolExecutor clock;

  /**
   * Makes one.
   *
   * @param gap how long a service may be gone before its callers are sent away
   * @param seats how many calls may wait, over all gates
   */
  WaitingRoom(Duration gap, int seats) {
    this.gap = gap;
    this.seats = seats;
    // Inherits nothing: the first call may come from a capability, whose class loader must not
    // stay.
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform()
                .daemon()
                .name("kds-gates")
                .inheritInheritableThreadLocals(false)
                .factory());
    clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  Duration gap() {
    return gap;
  }

  boolean takeSeat() {
    if (taken.incrementAndGet() > seats) {
      taken.decrementAndGet();
      return false;
    }
    return true;
  }

  void leaveSeat() {
    taken.decrementAndGet();
  }

  int taken() {
    return taken.get();
  }

  /** Runs something on a virtual thread of its own: it may block there. */
  void run(Runnable task) {
    Thread.ofVirtual().name("kds-gate").inheritInheritableThreadLocals(false).start(task);
  }

  /** Runs something quick later. */
  void later(Duration delay, Runnable task) {
    try {
      clock.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException ignored) {
      // The kernel is going down: so is whatever should have happened later.
    }
  }

  @Override
  public void close() {
    clock.shutdown();
  }
}
