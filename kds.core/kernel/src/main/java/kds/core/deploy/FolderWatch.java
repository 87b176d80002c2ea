package kds.core.deploy;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells that something happened in a folder. What it was does not matter, since the folder is
 * looked at as a whole; so lost events (overflow) do not matter either.
 */
final class FolderWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

  private final Path folder;
  private final Runnable listener;
  private volatile @Nullable WatchService service;
  private @Nullable WatchKey key;
  private @Nullable Object watched;

  FolderWatch(Path folder, Runnable listener) {
    this.folder = folder;
    this.listener = listener;
  }

  void start() {
    try {
      WatchService made = FileSystems.getDefault().newWatchService();
      service = made;
      Thread.ofPlatform()
          .daemon()
          .name("kds-deploy-watch")
          .inheritInheritableThreadLocals(false)
          .start(() -> listen(made));
    } catch (IOException e) {
      LOG.warn(
          "No events of {}: {}. It is looked at from time to time; raising"
              + " fs.inotify.max_user_instances helps",
          folder,
          e.getMessage());
    }
  }

  /** Watches the folder that has this path now, which may be another one than before. */
  void renew() {
    WatchService present = service;
    if (present == null) {
      return;
    }
    try {
      Object now = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
      if (key == null || !key.isValid() || !now.equals(watched)) {
        if (key != null) {
          key.cancel();
        }
        key = folder.register(present, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        watched = now;
      }
    } catch (IOException | ClosedWatchServiceException e) {
      LOG.debug("Cannot watch {}: {}", folder, e.toString());
    }
  }

  private void listen(WatchService watching) {
    try {
      while (true) {
        WatchKey told = watching.take();
        told.pollEvents();
        told.reset();
        listener.run();
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      LOG.debug("No longer watching {}", folder);
    }
  }

  @Override
  public void close() throws IOException {
    WatchService present = service;
    if (present != null) {
      present.close();
    }
  }
}
