package kds.scripts;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;
import kds.api.script.ScriptRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs on disk, where every bundle of the capability finds them that runs at the same time, and
 * the next start of the service. What is told of a run lies in a file that has the run's id for its
 * name; it is written when the run begins and again when it is over. What is kept of its output
 * lies beside it, and is there before it is told that the run is over. Not synced: this outlives
 * the service, not the machine. Thread-safe.
 */
final class RunStore {
  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);
  private static final String FOLDER = "scripts";
  private static final String TOLD = ".json";
  private static final String OUTPUT = ".out";

  /** More than what is told of a run can be long. */
  private static final int MOST_TOLD = 64 * 1024;

  private static final int MOST_OUTPUT = 4 * Excerpt.PART;

  private final StateFiles states;
  private final String life;
  private final long bundle;
  private final AtomicInteger sincePruned = new AtomicInteger(Integer.MAX_VALUE / 2);

  /**
   * Makes one.
   *
   * @param life of the service
   * @param bundle whose runs it stores
   */
  RunStore(StateFiles states, String life, long bundle) {
    this.states = states;
    this.life = life;
    this.bundle = bundle;
  }

  /** Where it is. Asked for each time: an operator may have mended what was wrong with it. */
  static StateFolder folder(StateFiles states) throws HostException {
    return states.folder(FOLDER);
  }

  /** A run begins. */
  void begin(ScriptRun run) {
    try {
      write(folder(states), run, Output.Kept.NOTHING);
    } catch (HostException e) {
      LOG.warn("Run {} of {} is not stored: {}", run.id(), run.script(), e.getMessage());
    }
  }

  /**
   * A run is over.
   *
   * @param keep how many runs that are over stay
   */
  void end(ScriptRun run, Output.Kept output, int keep) {
    try {
      StateFolder folder = folder(states);
      if (output.head().length > 0) {
        folder.write(run.id() + OUTPUT, output.bytes(), Durability.SERVICE);
      }
      write(folder, run, output);
    } catch (HostException e) {
      LOG.warn("How run {} of {} went is not stored: {}", run.id(), run.script(), e.getMessage());
    }
    if (sincePruned.incrementAndGet() > keep / 8) {
      sincePruned.set(0);
      prune(keep);
    }
  }

  private void write(StateFolder folder, ScriptRun run, Output.Kept output) throws HostException {
    RunFile told = new RunFile(run, life, bundle, output.head().length, output.leftOut());
    folder.write(run.id() + TOLD, told.line(), Durability.SERVICE);
  }

  /**
   * Some runs, newest first.
   *
   * @param wanted which
   */
  List<RunFile> list(Predicate<ScriptRun> wanted, int most) {
    List<RunFile> found = new ArrayList<>();
    for (String id : ids()) {
      if (found.size() >= most) {
        break;
      }
      find(id).filter(file -> wanted.test(file.run())).ifPresent(found::add);
    }
    return found;
  }

  /** One run. */
  Optional<RunFile> find(String id) {
    Optional<byte[]> told = read(id, TOLD, MOST_TOLD);
    try {
      return told.isEmpty() ? Optional.empty() : Optional.of(RunFile.of(told.get()));
    } catch (IOException e) {
      LOG.debug("What is stored of run {} cannot be read", id, e);
      return Optional.empty();
    }
  }

  /** What is kept of a run's output. */
  Output.Kept output(RunFile file) {
    byte[] all = read(file.run().id(), OUTPUT, MOST_OUTPUT).orElse(new byte[0]);
    int head = Math.min(file.headLength(), all.length);
    return new Output.Kept(
        Arrays.copyOf(all, head), file.leftOut(), Arrays.copyOfRange(all, head, all.length));
  }

  private Optional<byte[]> read(String id, String suffix, int most) {
    if (!RunId.isOne(id)) {
      return Optional.empty();
    }
    try {
      return folder(states).read(id + suffix, most);
    } catch (HostException e) {
      LOG.debug("What is stored of run {} cannot be read", id, e);
      return Optional.empty();
    }
  }

  /** Whether it was begun in this life of the service. */
  boolean isOfThisLife(RunFile file) {
    return file.life().equals(life);
  }

  /** Whether it was begun by this bundle. */
  boolean isOfThisBundle(RunFile file) {
    return file.bundle() == bundle;
  }

  /** Of all runs, newest first. */
  private Collection<String> ids() {
    TreeSet<String> ids = new TreeSet<>(Comparator.reverseOrder());
    try {
      for (String name : folder(states).names()) {
        int dot = name.indexOf('.');
        if (dot > 0 && RunId.isOne(name.substring(0, dot))) {
          ids.add(name.substring(0, dot));
        }
      }
    } catch (HostException e) {
      LOG.warn("The runs of scripts cannot be listed: {}", e.getMessage());
    }
    return ids;
  }

  private void prune(int keep) {
    ids().stream().skip(keep).forEach(this::remove);
  }

  private void remove(String id) {
    Optional<RunFile> told = find(id);
    boolean goesOn =
        told.isPresent()
            && told.get().run().outcome() == ScriptRun.Outcome.RUNNING
            && isOfThisLife(told.get());
    if (goesOn) {
      return;
    }
    try {
      StateFolder folder = folder(states);
      folder.delete(id + OUTPUT);
      folder.delete(id + TOLD);
    } catch (HostException e) {
      LOG.warn("What is stored of an old run cannot be removed: {}", e.getMessage());
    }
  }
}
