package kds.scripts;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;

/**
 * Whether the scripts of a folder still get their turns. They do not once the session ends: when
 * that is told here, or when one of them was ended, which is how another generation of the bundle
 * tells it. Thread-safe.
 */
final class Turns {
  private final List<Turns> others = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean over;

  /** Stops those as well. */
  void with(Turns earlier) {
    others.add(earlier);
  }

  void stop() {
    over = true;
    others.forEach(Turns::stop);
  }

  /** None of them runs any more, nor will. */
  void done() {
    done.complete(null);
  }

  /** Waits until none of them runs, nor of the earlier ones. */
  boolean awaitDone(Duration most) throws InterruptedException {
    long until = System.nanoTime() + most.toNanos();
    try {
      done.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // It completes normally.
    }
    for (Turns other : others) {
      if (!other.awaitDone(Duration.ofNanos(Math.max(0, until - System.nanoTime())))) {
        return false;
      }
    }
    return true;
  }

  ScriptRun take(Script script, Job job, Settings settings, Runner runner) {
    if (over) {
      return runner.skipped(script, job, settings);
    }
    ScriptRun run = runner.run(script, job, settings, () -> over);
    if (run.outcome() == Outcome.ENDED) {
      over = true;
    }
    return run;
  }
}
