package kds.scripts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import kds.api.script.Scripts;

/**
 * All runs that can be told of: those that go on here, those of replaced bundles that go on there,
 * and those on disk. Thread-safe.
 */
final class Runs {
  private static final Comparator<ScriptRun> NEWEST_FIRST =
      Comparator.comparing(ScriptRun::began).thenComparing(ScriptRun::id).reversed();

  private final Map<String, Run> here = new ConcurrentHashMap<>();
  private final RunStore store;
  private final Elders elders;

  Runs(RunStore store, Elders elders) {
    this.store = store;
    this.elders = elders;
  }

  /** One begins here. */
  void begin(Run run) {
    here.put(run.id(), run);
    store.begin(run.brief());
  }

  /**
   * One is over here.
   *
   * @param keep how many that are over are kept
   * @return how it went, with its output
   */
  ScriptRun end(Run run, int keep) {
    ScriptRun brief = run.brief();
    ScriptRun whole = run.snapshot();
    store.end(brief, run.output().kept(), keep);
    run.output().end(brief);
    here.remove(run.id());
    run.output().forget();
    return whole;
  }

  /** Those of one session, or of all, without their output; newest first. */
  List<ScriptRun> list(Optional<String> kasmId, int most) {
    Predicate<ScriptRun> wanted = run -> kasmId.isEmpty() || kasmId.get().equals(run.kasmId());
    List<ScriptRun> found = new ArrayList<>();
    Set<String> known = new HashSet<>();
    here.values().stream()
        .map(Run::brief)
        .filter(wanted)
        .filter(run -> known.add(run.id()))
        .forEach(found::add);
    store.list(wanted, most).stream()
        .filter(file -> known.add(file.run().id()))
        .map(file -> isOver(file) ? file.run() : stored(file).brief())
        .forEach(found::add);
    return found.stream().sorted(NEWEST_FIRST).limit(most).toList();
  }

  /** One with its output. */
  Optional<ScriptRun> find(String id) {
    Run run = here.get(id);
    if (run != null) {
      ScriptRun now = run.snapshot();
      if (!run.output().isForgotten()) {
        return Optional.of(now);
      }
      // It ended between one look and the other, and is stored by now.
    }
    return store.find(id).map(this::stored);
  }

  /** What is stored of a run; of one that goes on elsewhere, what is told there. */
  private ScriptRun stored(RunFile file) {
    ScriptRun run = file.run();
    if (run.outcome() != Outcome.RUNNING) {
      Output.Kept output = store.output(file);
      return with(
          run,
          run.outcome(),
          run.message(),
          Visible.lines(output.head()),
          Visible.lines(output.tail()));
    }
    if (!store.isOfThisLife(file)) {
      return with(run, Outcome.UNKNOWN, "The service died while it ran", "", "");
    }
    return elsewhere(file, scripts -> scripts.run(run.id()))
        .or(() -> store.find(run.id()).filter(Runs::isOver).map(this::stored))
        .orElseGet(
            () ->
                with(run, Outcome.UNKNOWN, "How it went could not be stored; see the log", "", ""));
  }

  private <T> Optional<T> elsewhere(RunFile file, Function<Scripts, Optional<T>> question) {
    // What was begun here and is not here any more is over.
    return store.isOfThisBundle(file) ? Optional.empty() : elders.ask(file.bundle(), question);
  }

  private static boolean isOver(RunFile file) {
    return file.run().outcome() != Outcome.RUNNING;
  }

  private static ScriptRun with(
      ScriptRun run, Outcome outcome, String message, String head, String tail) {
    return new ScriptRun(
        run.id(),
        run.script(),
        run.kasmId(),
        run.user(),
        run.began(),
        run.took(),
        run.exitCode(),
        outcome,
        message,
        run.outputBytes(),
        head,
        tail);
  }

  /** Tells the lines of one. */
  AutoCloseable follow(String id, RunListener listener) {
    Run run = here.get(id);
    Optional<AutoCloseable> following =
        run == null ? Optional.empty() : run.output().follow(listener);
    if (following.isPresent()) {
      return following.get();
    }
    Optional<RunFile> file = store.find(id);
    if (file.isEmpty()) {
      return () -> {};
    }
    if (!isOver(file.get()) && store.isOfThisLife(file.get())) {
      Optional<AutoCloseable> elsewhere =
          elsewhere(file.get(), scripts -> Optional.of(scripts.follow(id, listener)));
      if (elsewhere.isPresent()) {
        return elsewhere.get();
      }
    }
    return replay(store.find(id).orElse(file.get()), listener);
  }

  private AutoCloseable replay(RunFile file, RunListener listener) {
    Output.Kept output = store.output(file);
    Follower follower =
        new Follower(listener, Transcript.of(output.head(), output.leftOut(), output.tail()));
    follower.end(stored(file).brief());
    return follower.begun();
  }
}
