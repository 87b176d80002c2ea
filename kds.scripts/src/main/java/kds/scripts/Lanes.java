package kds.scripts;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;

/**
 * Runs the scripts of a folder, one after the other in each of two lanes: those that are waited for
 * and those in the background. One in the background begins after each that is waited for and comes
 * before it; the other way round only when it asks for that.
 */
final class Lanes {
  private final Executor executor;
  private final Function<Script, ScriptRun> run;
  private final Map<String, CompletableFuture<ScriptRun>> begun = new HashMap<>();
  private CompletableFuture<?> waitedLane = CompletableFuture.completedFuture(null);
  private CompletableFuture<?> backgroundLane = CompletableFuture.completedFuture(null);

  private Lanes(Executor executor, Function<Script, ScriptRun> run) {
    this.executor = executor;
    this.run = run;
  }

  /** Begins; it returns at once. */
  static FolderRun begin(
      List<Script> inOrder,
      Predicate<Script> waits,
      Executor executor,
      Function<Script, ScriptRun> run) {
    Lanes lanes = new Lanes(executor, run);
    List<CompletableFuture<ScriptRun>> waited = new ArrayList<>();
    List<CompletableFuture<ScriptRun>> all = new ArrayList<>();
    for (Script script : inOrder) {
      boolean waiting = waits.test(script);
      CompletableFuture<ScriptRun> next = lanes.next(script, waiting);
      all.add(next);
      if (waiting) {
        waited.add(next);
      }
    }
    return new FolderRun(together(waited), together(all));
  }

  private CompletableFuture<ScriptRun> next(Script script, boolean waiting) {
    List<CompletableFuture<?>> before = new ArrayList<>();
    before.add(waitedLane);
    if (!waiting) {
      before.add(backgroundLane);
    }
    for (String other : script.header().after()) {
      // What comes later in the order is part of a cycle, which has been complained about.
      if (begun.containsKey(other)) {
        before.add(begun.get(other));
      }
    }
    CompletableFuture<ScriptRun> next =
        CompletableFuture.allOf(before.toArray(CompletableFuture<?>[]::new))
            .thenApplyAsync(_ -> run.apply(script), executor);
    begun.put(script.fileName(), next);
    if (waiting) {
      waitedLane = next;
    } else {
      backgroundLane = next;
    }
    return next;
  }

  private static CompletionStage<List<ScriptRun>> together(
      List<CompletableFuture<ScriptRun>> runs) {
    return CompletableFuture.allOf(runs.toArray(CompletableFuture<?>[]::new))
        .thenApply(_ -> runs.stream().map(CompletableFuture::join).toList());
  }
}
