package kds.scripts;

import java.io.IOException;
import java.io.InputStream;
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
 * the next start of the service. A file has the run's id for its name; it is called {@code .run}
 * while the run goes on, and {@code .json} once it is over. Its first line tells what was known
 * when the run began. Then comes a line with how it went, and behind it what is kept of its output.
 * Not synced: this outlives the service, not the machine. Thread-safe.
 */
final class RunStore {
  private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);
  private static final String GOES_ON = ".run";
  private static final String OVER = ".json";

  /** More than the two lines can have together. */
  private static final int LINES = 64 * 1024;

  private static final Set<OpenOption> APPENDED =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  private static final FileAttribute<Set<PosixFilePermission>> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> OUR_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;
  private final String life;
  private final long bundle;
  private final AtomicInteger sincePruned = new AtomicInteger(Integer.MAX_VALUE / 2);

  /**
   * Makes one.
   *
   * @param life of the service
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
      Files.createDirectories(folder, OUR_FOLDER);
      append(run, new RunFile(run, life, bundle, 0, 0).line());
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
    RunFile told = new RunFile(run, life, bundle, output.head().length, output.leftOut());
    try {
      append(run, told.line(), output.head(), output.tail());
      Path file = file(run.id(), GOES_ON);
      Files.move(file, file(run.id(), OVER), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("How run {} of {} went is not stored: {}", run.id(), run.script(), e.toString());
    }
    if (sincePruned.incrementAndGet() > keep / 8) {
      sincePruned.set(0);
      prune(keep);
    }
  }

  private Path file(String id, String suffix) {
    return folder.resolve(id + suffix);
  }

  private void append(ScriptRun run, byte[]... parts) throws IOException {
    try (FileChannel out = FileChannel.open(file(run.id(), GOES_ON), APPENDED, OURS)) {
      for (byte[] part : parts) {
        ByteBuffer left = ByteBuffer.wrap(part);
        while (left.hasRemaining()) {
          out.write(left);
        }
      }
    }
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
    return read(id, LINES).map(Stored::file);
  }

  /** What is kept of a run's output. */
  Output.Kept output(RunFile file) {
    byte[] all = read(file.run().id(), Integer.MAX_VALUE).map(Stored::rest).orElse(new byte[0]);
    int head = Math.min(file.headLength(), all.length);
    return new Output.Kept(
        Arrays.copyOf(all, head), file.leftOut(), Arrays.copyOfRange(all, head, all.length));
  }

  private record Stored(RunFile file, byte[] rest) {}

  /**
   * Reads a run's file.
   *
   * @param most how many bytes of it
   */
  private Optional<Stored> read(String id, int most) {
    if (!RunId.isOne(id)) {
      return Optional.empty();
    }
    // It may end, or be removed, between one look and the other.
    for (String suffix : List.of(OVER, GOES_ON, OVER)) {
      try (InputStream in = Files.newInputStream(file(id, suffix))) {
        return Optional.of(parsed(in.readNBytes(most), suffix.equals(OVER)));
      } catch (NoSuchFileException _) {
        // As said.
      } catch (IOException e) {
        LOG.debug("What is stored of run {} cannot be read", id, e);
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static Stored parsed(byte[] bytes, boolean over) throws IOException {
    int first = lineEnd(bytes, 0);
    RunFile begun = RunFile.of(Arrays.copyOf(bytes, first));
    // Where the beginning could not be stored, the end is all there is.
    if (!over || begun.run().outcome() != ScriptRun.Outcome.RUNNING) {
      return new Stored(begun, Arrays.copyOfRange(bytes, first, bytes.length));
    }
    int second = lineEnd(bytes, first);
    return new Stored(
        RunFile.of(Arrays.copyOfRange(bytes, first, second)),
        Arrays.copyOfRange(bytes, second, bytes.length));
  }

  private static int lineEnd(byte[] bytes, int from) throws IOException {
    for (int at = from; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        return at + 1;
      }
    }
    throw new IOException("A line is not complete");
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
  private Set<String> ids() {
    Set<String> ids = new TreeSet<>(Comparator.reverseOrder());
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(OVER) || name.endsWith(GOES_ON)) {
          ids.add(name.substring(0, name.lastIndexOf('.')));
        }
      }
    } catch (NoSuchFileException _) {
      // None was ever begun.
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warn("The runs of scripts in {} cannot be listed: {}", folder, e.toString());
    }
    return ids;
  }

  private void prune(int keep) {
    ids().stream().skip(keep).forEach(this::remove);
  }

  private void remove(String id) {
    try {
      boolean goesOn = Files.exists(file(id, GOES_ON));
      if (!goesOn || find(id).filter(this::isOfThisLife).isEmpty()) {
        Files.deleteIfExists(file(id, GOES_ON));
        Files.deleteIfExists(file(id, OVER));
      }
    } catch (IOException e) {
      LOG.warn("What is stored of an old run cannot be removed: {}", e.toString());
    }
  }
}
