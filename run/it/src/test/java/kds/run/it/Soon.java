package kds.run.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Looks again and again for what no event tells. */
final class Soon {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 20;

  private Soon() {}

  /** Waits until it is so, a minute at most. */
  static void until(String wanted, Callable<Boolean> isSo) throws Exception {
    until(LIMIT, () -> wanted, isSo);
  }

  /** The same with another limit, and what is told when it has passed. */
  static void until(Duration limit, Supplier<String> wanted, Callable<Boolean> isSo)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!isSo.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Not within " + limit + ": " + wanted.get());
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }
}
