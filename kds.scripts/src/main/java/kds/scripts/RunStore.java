package kds.scripts;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import kds.api.script.ScriptRun;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs on disk, where every bundle of the capability finds them that runs at the same time, and
 * the next start of the service. Each has a name that begins with its time: {@code .run} while it
 * goes on, {@code .json} once it is over, with what is kept of its output in {@code .out}. Not
 * synced: they outlive the service, not the machine. Thread-safe.
 */
final class RunStore {
  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);
  private static final String GOES_ON = ".run";
  private static final String OVER = ".json";
  private static final String OUTPUT = ".out";
  private static final String UNFINISHED = ".new";
  private static final Set<OpenOption> FRESH =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path folder;
  private final String life;
  private final long bundle;
  private final AtomicInteger sincePruned = new AtomicInteger(Integer.MAX_VALUE / 2);

  /**
   * Makes one.
   *
   * @param bundle whose runs it stores
   */
  RunStore(Path folder, String life, long bundle) {
    this.folder = folder;
    this.life = life;
    this.bundle = bundle;
  }

  /** A run begins. */
  void begin(ScriptRun run) {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      write(file(run, GOES_ON), new RunFile(run, life, bundle, 0, 0).bytes());
    } catch (IOException e) {
      LOG.warn("Run {} of {} is not stored: {}", run.id(), run.script(), e.toString());
    }
  }

  /**
   * A run is over.
   *
   * @param keep how many runs that are over stay
   */
  void end(ScriptRun run, Output.Kept output, int keep) {
    try {
      if (output.head().length > 0) {
        write(file(run, OUTPUT), output.head(), output.tail());
      }
      RunFile told = new RunFile(run, life, bundle, output.head().length, output.leftOut());
      Path fresh = file(run, UNFINISHED);
      write(fresh, told.bytes());
      Files.move(fresh, file(run, OVER), StandardCopyOption.ATOMIC_MOVE);
      Files.deleteIfExists(file(run, GOES_ON));
    } catch (IOException e) {
      LOG.warn("How run {} of {} went is not stored: {}", run.id(), run.script(), e.toString());
    }
    if (sincePruned.incrementAndGet() > keep / 8) {
      sincePruned.set(0);
      prune(keep);
    }
  }

  private Path file(ScriptRun run, String suffix) {
    long micros = run.began().getEpochSecond() * 1_000_000 + run.began().getNano() / 1000;
    return folder.resolve("%017d-%s%s".formatted(micros, run.id(), suffix));
  }

  private static void write(Path file, byte[]... parts) throws IOException {
    try (FileChannel out = FileChannel.open(file, FRESH, OURS)) {
      for (byte[] part : parts) {
        ByteBuffer left = ByteBuffer.wrap(part);
        while (left.hasRemaining()) {
          out.write(left);
        }
      }
    }
  }

  /**
   * The runs of one session, or of all, newest first.
   *
   * @param wanted which
   */
  List<RunFile> list(Predicate<ScriptRun> wanted, int most) {
    List<RunFile> found = new ArrayList<>();
    for (String name : names()) {
      if (found.size() >= most) {
        break;
      }
      read(name).filter(file -> wanted.test(file.run())).ifPresent(found::add);
    }
    return found;
  }

  /** One run. */
  Optional<RunFile> find(String id) {
    return names().stream().filter(name -> name.endsWith("-" + id)).findFirst().flatMap(this::read);
  }

  /** What is kept of a run's output. */
  Output.Kept output(RunFile file) {
    byte[] all = new byte[0];
    try {
      all = Files.readAllBytes(file(file.run(), OUTPUT));
    } catch (NoSuchFileException _) {
      // It wrote nothing.
    } catch (IOException e) {
      LOG.warn("The output of run {} cannot be read: {}", file.run().id(), e.toString());
    }
    int head = Math.min(file.headLength(), all.length);
    return new Output.Kept(
        Arrays.copyOf(all, head), file.leftOut(), Arrays.copyOfRange(all, head, all.length));
  }

  /** Whether it was begun in this life of the service. */
  boolean isOfThisLife(RunFile file) {
    return file.life().equals(life);
  }

  /** Whether it was begun by this bundle. */
  boolean isOfThisBundle(RunFile file) {
    return file.bundle() == bundle;
  }

  /** The names of all runs, newest first. */
  private Set<String> names() {
    Set<String> names = new TreeSet<>(Comparator.reverseOrder());
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*{.run,.json}")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        names.add(name.substring(0, name.lastIndexOf('.')));
      }
    } catch (NoSuchFileException _) {
      // None was ever begun.
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("The runs of scripts in {} cannot be listed: {}", folder, e.toString());
    }
    return names;
  }

  private Optional<RunFile> read(String name) {
    // It may end, or be removed, between one look and the other.
    for (String suffix : List.of(OVER, GOES_ON, OVER)) {
      try {
        return Optional.of(RunFile.read(folder.resolve(name + suffix)));
      } catch (NoSuchFileException _) {
        // As said.
      } catch (IOException e) {
        LOG.debug("What {} tells cannot be read", name, e);
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private void prune(int keep) {
    names().stream().skip(keep).forEach(this::remove);
  }

  private void remove(String name) {
    try {
      Path goesOn = folder.resolve(name + GOES_ON);
      if (Files.exists(goesOn) && read(name).filter(this::isOfThisLife).isPresent()) {
        return;
      }
      for (String suffix : List.of(GOES_ON, UNFINISHED, OUTPUT, OVER)) {
        Files.deleteIfExists(folder.resolve(name + suffix));
      }
    } catch (IOException e) {
      LOG.warn("What is stored of an old run cannot be removed: {}", e.toString());
    }
  }
}
