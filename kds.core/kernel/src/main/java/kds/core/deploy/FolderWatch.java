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
  private final WatchService service;
  private @Nullable WatchKey key;
  private @Nullable Object watched;

  FolderWatch(Path folder, Runnable listener) throws IOException {
    this.folder = folder;
    this.listener = listener;
    this.service = FileSystems.getDefault().newWatchService();
  }

  void start() {
    Thread.ofPlatform()
        .daemon()
        .name("kds-deploy-watch")
        .inheritInheritableThreadLocals(false)
        .start(this::listen);
  }

  /** Watches the folder that has this path now, which may be another one than before. */
  void renew() {
    try {
      Object now = Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
      if (key == null || !key.isValid() || !now.equals(watched)) {
        if (key != null) {
          key.cancel();
        }
        key = folder.register(service, ENTRY_CREATE, ENTRY_MODIFY, ENTRY_DELETE);
        watched = now;
      }
    } catch (IOException | ClosedWatchServiceException e) {
      LOG.debug("Cannot watch {}: {}", folder, e.toString());
    }
  }

  private void listen() {
    try {
      while (true) {
        WatchKey told = service.take();
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
    service.close();
  }
}
