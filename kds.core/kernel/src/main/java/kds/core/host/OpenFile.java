package kds.core.host;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Instant;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.FileStatus;
import kds.core.host.linux.HostThreads;

/**
 * A regular file open to read.
 *
 * <p>What is in memory is copied by the calling thread: one call, no hand-over. A virtual thread
 * never waits for the device there, as its carrier would wait with it; what is not in memory is
 * read on a host thread.
 */
final class OpenFile implements HostFile {
  private final Descriptor file;
  private final FileStatus status;
  private final Terms terms;
  private final Workers workers;
  private volatile Way way;

  private enum Way {
    TRY_AT_ONCE,
    ALWAYS_AT_ONCE,
    HAND_OVER
  }

  /**
   * Takes over a descriptor.
   *
   * @param inMemory whether it is known to lie in memory, so that reading it never waits
   */
  OpenFile(Descriptor file, FileStatus status, Terms terms, Workers workers, boolean inMemory) {
    this.way = inMemory ? Way.ALWAYS_AT_ONCE : Way.TRY_AT_ONCE;
    this.file = file;
    this.status = status;
    this.terms = terms;
    this.workers = workers;
  }

  @Override
  public long size() {
    return status.size();
  }

  @Override
  public Instant modified() {
    return status.modified();
  }

  @Override
  public String version() {
    return String.join(
        "-",
        Long.toHexString(status.device()),
        Long.toHexString(status.inode()),
        Long.toHexString(status.size()),
        stamp(status.modified()),
        stamp(status.changed()));
  }

  private static String stamp(Instant time) {
    return Long.toHexString(time.getEpochSecond()) + '.' + Integer.toHexString(time.getNano());
  }

  @Override
  public int read(ByteBuffer into, long position) throws HostException {
    requireDirect(into);
    if (into.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    if (!file.hold()) {
      throw HostThreads.closed();
    }
    long bytes;
    try {
      bytes = readHeld(into, position);
    } finally {
      file.release();
    }
    if (bytes < 0) {
      throw Failures.of(bytes, "read a file in " + terms.folder());
    }
    into.position(into.position() + (int) bytes);
    return bytes == 0 ? -1 : (int) bytes;
  }

  private long readHeld(ByteBuffer into, long position) throws HostException {
    Way now = way;
    if (!Thread.currentThread().isVirtual() || now == Way.ALWAYS_AT_ONCE) {
      return FileCalls.read(file.number(), into, position);
    }
    if (now == Way.TRY_AT_ONCE) {
      long bytes = FileCalls.readAtOnce(file.number(), into, position);
      if (bytes != -Errno.EAGAIN && bytes != -Errno.EOPNOTSUPP && bytes != -Errno.ENOSYS) {
        return bytes;
      }
      if (bytes != -Errno.EAGAIN) {
        way = FileCalls.inMemory(file.number()) ? Way.ALWAYS_AT_ONCE : Way.HAND_OVER;
      }
      if (way == Way.ALWAYS_AT_ONCE) {
        return FileCalls.read(file.number(), into, position);
      }
    }
    return workers.copy(terms.uid(), file, _ -> FileCalls.read(file.number(), into, position));
  }

  static void requireDirect(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("The buffer is not direct; use ByteBuffer.allocateDirect");
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
