package kds.scripts;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;

/**
 * Whether the scripts of a folder still get their turns. They do not once the session ends: when
 * that is told here, or when one of them was ended, which is how another generation of the bundle
 * tells it. Thread-safe.
 */
final class Turns {
  private final List<Turns> others = new CopyOnWriteArrayList<>();
  private volatile boolean over;

  /** Stops those as well. */
  void with(Turns earlier) {
    others.add(earlier);
  }

  void stop() {
    over = true;
    others.forEach(Turns::stop);
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
