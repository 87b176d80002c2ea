package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A named pipe without a name: children wait at it ({@link PosixSpawn}) until it is opened. The
 * name is removed at once, so nothing stays on disk and nobody else can open it.
 */
final class Gate implements AutoCloseable {
  private final int descriptor;

  private Gate(int descriptor) {
    this.descriptor = descriptor;
  }

  static Gate create() throws IOException {
    Path folder = Files.createTempDirectory("kds-gate");
    Path name = folder.resolve("gate");
    try {
      Libc.fifo(name.toString(), 0600);
      return new Gate(Libc.raised(Libc.open(name.toString(), Libc.O_PATH)));
    } finally {
      Files.deleteIfExists(name);
      Files.delete(folder);
    }
  }

  int descriptor() {
    return descriptor;
  }

  /** Lets through whoever waits or comes, until the result is closed with {@link Libc#close}. */
  int open() throws IOException {
    // To read and to write: that never waits, and wakes those who do.
    return Libc.open("/proc/self/fd/" + descriptor, Libc.O_RDWR);
  }

  @Override
  public void close() {
    Libc.close(descriptor);
  }
}
