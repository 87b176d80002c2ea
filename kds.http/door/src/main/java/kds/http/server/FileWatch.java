package kds.http.server;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when something happens in the folders of some files. It does not say what: whoever is told
 * looks for himself. Where the system cannot watch (a network file system), nobody is told, and the
 * caller's own rounds have to do.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  private final WatchService service;
  private final Runnable told;
  private final Map<Path, WatchKey> watched = new HashMap<>();

  private FileWatch(WatchService service, Runnable told) {
    this.service = service;
    this.told = told;
  }

  /** Starts one that watches nothing yet; its own thread calls {@code told}. */
  static FileWatch start(Runnable told) throws IOException {
    FileWatch watch = new FileWatch(FileSystems.getDefault().newWatchService(), told);
    Thread.ofVirtual().name("kds-http-files").start(watch::run);
    return watch;
  }

  /** Watches the folders of these files, and no others. Not thread-safe: one caller. */
  void on(List<Path> files) {
    Set<Path> folders = new HashSet<>();
    files.forEach(f -> folders.add(f.getParent()));
    watched
        .entrySet()
        .removeIf(
            e -> {
              boolean gone = !folders.contains(e.getKey()) || !e.getValue().isValid();
              if (gone) {
                e.getValue().cancel();
              }
              return gone;
            });
    for (Path folder : folders) {
      if (!watched.containsKey(folder) && Files.isDirectory(folder)) {
        register(folder);
      }
    }
  }

  private void register(Path folder) {
    try {
      watched.put(
          folder,
          folder.register(
              service,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE));
    } catch (IOException | ClosedWatchServiceException e) {
      LOG.debug("{} cannot be watched", folder, e);
    }
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        List<WatchEvent<?>> events = key.pollEvents();
        key.reset();
        if (!events.isEmpty()) {
          told.run();
        }
      }
    } catch (ClosedWatchServiceException ignored) {
      // The end.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      LOG.debug("The watch on files did not close", e);
    }
  }
}
