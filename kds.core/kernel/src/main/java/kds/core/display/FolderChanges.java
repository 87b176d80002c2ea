package kds.core.display;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import org.jspecify.annotations.Nullable;

/**
 * Tells all who wait when something changes in the folders they look at. One watch for all of them,
 * because the number of watches of a user is limited; none while nobody waits. Thread-safe.
 */
final class FolderChanges {
  private @Nullable WatchService watch;
  private int waiting;
  private long count;

  /** Begins to wait. Close when it is over. */
  synchronized Waiting begin() throws IOException {
    if (waiting == 0) {
      WatchService begun = FileSystems.getDefault().newWatchService();
      watch = begun;
      Thread.ofVirtual().name("kds-display-watch").start(() -> follow(begun));
    }
    waiting++;
    return new Waiting();
  }

  private void follow(WatchService from) {
    try {
      while (true) {
        WatchKey key = from.take();
        key.pollEvents();
        key.reset();
        changed();
      }
    } catch (ClosedWatchServiceException | InterruptedException _) {
      // Nobody waits any more.
    }
  }

  private synchronized void changed() {
    count++;
    notifyAll();
  }

  private synchronized void end() {
    waiting--;
    if (waiting == 0 && watch != null) {
      try {
        watch.close();
      } catch (IOException _) {
        // It is of no use any more either way.
      }
      watch = null;
    }
  }

  /** Somebody who waits. */
  final class Waiting implements AutoCloseable {
    private long seen;

    private Waiting() {}

    /** Looks at a folder from now on; whether it is there. */
    boolean lookAt(Path folder) {
      synchronized (FolderChanges.this) {
        try {
          if (watch != null) {
            folder.register(
                watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
          }
          return true;
        } catch (IOException _) {
          return false;
        }
      }
    }

    /** What changes after this ends the next {@link #await}. */
    void mark() {
      synchronized (FolderChanges.this) {
        seen = count;
      }
    }

    /** Waits for a change since {@link #mark}, at most so long. */
    void await(long millis) throws InterruptedException {
      long end = System.nanoTime() + millis * 1_000_000;
      synchronized (FolderChanges.this) {
        long left = millis;
        while (count == seen && left > 0) {
          FolderChanges.this.wait(left);
          left = (end - System.nanoTime()) / 1_000_000;
        }
      }
    }

    @Override
    public void close() {
      end();
    }
  }
}
