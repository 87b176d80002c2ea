package kds.core.config;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices changes of one file, whatever way they come: written in place, renamed over, a link that
 * is pointed elsewhere, a folder that is exchanged, or mode and owner mended.
 *
 * <p>Watches each folder that has a part in the path (of the file, of each link, and of its
 * target); where a folder is missing, the nearest one above. Because not every file system tells
 * (NFS), it looks by itself every few seconds as well.
 */
final class FolderWatch implements Runnable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

  private static final long LOOK_SECONDS = 5;

  /** A file is looked at when nothing has happened for so long: editors write in several steps. */
  private static final long QUIET_MILLIS = 60;

  /** But no later than this after the first event. */
  private static final long MOST_MILLIS = 1_000;

  private static final int MOST_LINKS = 40;

  private final Path file;
  private final Runnable changed;
  private final WatchService watch;
  private final Set<WatchKey> keys = new HashSet<>();

  FolderWatch(Path file, Runnable changed) throws IOException {
    this.file = file.toAbsolutePath();
    this.changed = changed;
    this.watch = FileSystems.getDefault().newWatchService();
    watchFolders();
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        WatchKey key = watch.poll(LOOK_SECONDS, TimeUnit.SECONDS);
        if (key != null) {
          awaitQuiet(key);
        }
        watchFolders();
        changed.run();
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      // The service ends.
    }
  }

  @Override
  public void close() throws IOException {
    watch.close();
  }

  private void awaitQuiet(WatchKey first) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
    WatchKey key = first;
    while (key != null) {
      key.pollEvents();
      key.reset();
      key = System.nanoTime() < end ? watch.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS) : null;
    }
  }

  /**
   * Watches the folders that have a part in the path now. Registers all of them anew each time: the
   * same path may be another folder by now; for the same folder the key is the same.
   */
  private void watchFolders() {
    Set<WatchKey> present = new HashSet<>();
    for (Path folder : folders()) {
      try {
        present.add(
            folder.register(
                watch,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE));
      } catch (IOException e) {
        LOG.debug("{} cannot be watched; {} is looked at instead", folder, file, e);
      }
    }
    keys.stream().filter(key -> !present.contains(key)).forEach(WatchKey::cancel);
    keys.clear();
    keys.addAll(present);
  }

  private Set<Path> folders() {
    Set<Path> all = new LinkedHashSet<>();
    Path at = file;
    for (int links = 0; at != null && links < MOST_LINKS; links++) {
      all.add(existing(at.getParent()));
      at = target(at);
    }
    try {
      all.add(existing(file.toRealPath().getParent()));
    } catch (IOException _) {
      // There is no file yet.
    }
    return all;
  }

  private static @Nullable Path target(Path link) {
    try {
      return Files.isSymbolicLink(link)
          ? link.resolveSibling(Files.readSymbolicLink(link)).normalize()
          : null;
    } catch (IOException _) {
      return null; // It went away this moment; its folder is watched.
    }
  }

  private static Path existing(@Nullable Path folder) {
    Path at = folder;
    while (at != null && !Files.isDirectory(at)) {
      at = at.getParent();
    }
    return at == null ? Path.of("/") : at;
  }
}
