package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.PosixSpawn;

/**
 * A named pipe at which one child waits ({@link PosixSpawn}) until it is opened. Its name is
 * removed at once, so nothing stays on disk and nobody else can open it.
 *
 * <p>Each child has a gate of its own. A child that another thread is just making has for a moment
 * a copy of every descriptor of the service; one of a gate opened before would let the next child
 * through too early.
 */
final class Gate implements AutoCloseable {
  private static final AtomicLong COUNT = new AtomicLong();

  private final int descriptor;
  private int opened = -1;

  private Gate(int descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * Makes one.
   *
   * @param folder in which others cannot remove what they do not own
   */
  static Gate in(Path folder) throws IOException {
    long number = COUNT.incrementAndGet();
    Path name = folder.resolve("gate-" + ProcessHandle.current().pid() + "-" + number);
    // One that an earlier process of this number left when it was killed.
    Files.deleteIfExists(name);
    Descriptors.fifo(name.toString(), 0600);
    try {
      return new Gate(Descriptors.raised(Descriptors.openPlace(name.toString())));
    } finally {
      Files.deleteIfExists(name);
    }
  }

  int descriptor() {
    return descriptor;
  }

  /** Lets through whoever waits or comes. */
  void open() throws IOException {
    // To read and to write: that never waits, and wakes who does.
    opened = Descriptors.openBothWays("/proc/self/fd/" + descriptor);
  }

  @Override
  public void close() {
    Descriptors.close(descriptor);
    if (opened >= 0) {
      Descriptors.close(opened);
    }
  }
}
