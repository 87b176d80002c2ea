package kds.scripts;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Whether scripts that were called together still get their turns. They do not once their session
 * ends or the service stops: when that is told here, or when one of them was ended, which is how
 * another generation of the bundle tells it. Thread-safe.
 */
final class Turns {
  private final @Nullable String kasmId;
  private final BooleanSupplier stopping;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean over;

  /**
   * Makes one.
   *
   * @param kasmId the session, null for none
   * @param stopping whether the service stops
   */
  Turns(@Nullable String kasmId, BooleanSupplier stopping) {
    this.kasmId = kasmId;
    this.stopping = stopping;
  }

  boolean areOf(String session) {
    return session.equals(kasmId);
  }

  void stop() {
    over = true;
  }

  /** None of them runs any more, nor will. */
  void done() {
    done.complete(null);
  }

  /** Waits until none of these runs any more; whether that was so in time. */
  static boolean awaitDone(Collection<Turns> all, Duration most) throws InterruptedException {
    try {
      CompletableFuture.allOf(
              all.stream().map(each -> each.done).toArray(CompletableFuture<?>[]::new))
          .get(most.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // they complete normally
    }
  }

  private boolean areOver() {
    return over || stopping.getAsBoolean();
  }

  ScriptRun take(Script script, Job job, Settings settings, Runner runner) {
    if (areOver()) {
      return runner.skipped(script, job, settings);
    }
    ScriptRun run = runner.run(script, job, settings, this::areOver);
    if (run.outcome() == Outcome.ENDED) {
      over = true;
    }
    return run;
  }
}
