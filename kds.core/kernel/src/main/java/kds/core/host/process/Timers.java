package kds.core.host.process;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Has something done later, in a virtual thread of its own. */
final class Timers implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final ScheduledThreadPoolExecutor executor;

  Timers() {
    executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("kds-program-limits").daemon(true).factory());
    executor.setRemoveOnCancelPolicy(true);
  }

  Future<?> after(Duration delay, Runnable task) {
    Duration bounded = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    try {
      return executor.schedule(() -> virtually(task), bounded.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The service stops: nobody waits for anything any more.
      return CompletableFuture.completedFuture(null);
    }
  }

  void every(Duration delay, Runnable task) {
    executor.scheduleWithFixedDelay(
        () -> virtually(task), delay.toNanos(), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  static void virtually(Runnable task) {
    Thread.ofVirtual().name("kds-program").start(task);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
