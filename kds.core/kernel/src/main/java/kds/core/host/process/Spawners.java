package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import kds.core.host.linux.Image;

/** A few {@link Spawner}s, made as they are needed. Thread-safe. */
final class Spawners implements AutoCloseable {
  // A start is mostly the kernel's work: more at once than it has processors gains nothing.
  private static final int MOST = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

  private final String name;
  private final Path folder;
  private final Semaphore permits = new Semaphore(MOST, true);
  private final Deque<Spawner> idle = new ArrayDeque<>();
  private boolean closed;

  Spawners(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  long spawn(Image image, Spawner.Admission admission) throws IOException {
    permits.acquireUninterruptibly();
    try {
      Spawner spawner = lend();
      try {
        return spawner.spawn(image, admission);
      } finally {
        giveBack(spawner);
      }
    } finally {
      permits.release();
    }
  }

  private Spawner lend() throws IOException {
    synchronized (idle) {
      if (closed) {
        throw new IOException("The service stops");
      }
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    return new Spawner(name, folder);
  }

  private void giveBack(Spawner spawner) {
    synchronized (idle) {
      if (!closed) {
        idle.push(spawner);
        return;
      }
    }
    spawner.close();
  }

  @Override
  public void close() {
    synchronized (idle) {
      closed = true;
      idle.forEach(Spawner::close);
      idle.clear();
    }
  }
}
