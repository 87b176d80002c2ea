package kds.http.server;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells when Java has compiled what runs: when the compilers worked little for a while. One thread.
 */
final class Compiling implements BooleanSupplier {
  /** What is looked at; shorter ones fall between two compilations. */
  private static final long WINDOW_NANOS = 500_000_000;

  /** A tenth of the time: something is always left to compile. */
  private static final long LITTLE_NANOS = WINDOW_NANOS / 10;

  private final LongSupplier spent;
  private final LongSupplier clock;
  private long since;
  private long before;

  /**
   * Begins to look.
   *
   * @param spent how long the compilers worked so far, in nanoseconds
   * @param clock the time, in nanoseconds
   */
  Compiling(LongSupplier spent, LongSupplier clock) {
    this.spent = spent;
    this.clock = clock;
    this.since = clock.getAsLong();
    this.before = spent.getAsLong();
  }

  /** This machine's; one that does not tell is never done. */
  static Compiling now() {
    @Nullable CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    boolean tells = compilers != null && compilers.isCompilationTimeMonitoringSupported();
    return new Compiling(
        () -> tells ? compilers.getTotalCompilationTime() * 1_000_000 : System.nanoTime(),
        System::nanoTime);
  }

  /** Whether it is done. */
  @Override
  public boolean getAsBoolean() {
    long now = clock.getAsLong();
    if (now - since < WINDOW_NANOS) {
      return false;
    }
    long worked = spent.getAsLong() - before;
    // Where more than a window went by between two looks, as much more may have been worked.
    boolean done = worked * WINDOW_NANOS < LITTLE_NANOS * (now - since);
    since = now;
    before += worked;
    return done;
  }
}
