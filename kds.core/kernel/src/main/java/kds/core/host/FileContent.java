package kds.core.host;

import java.nio.ByteBuffer;
import kds.api.host.HostException;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.HostThread;
import kds.core.host.linux.HostThreads;

/**
 * The bytes of an open file that is being written. Knows nothing of names, nor whether it is whole.
 * One caller at a time.
 */
final class FileContent {
  private final Target target;
  private final Descriptor file;
  private final Workers workers;

  FileContent(Target target) {
    this.target = target;
    this.file = target.file();
    this.workers = target.workers();
  }

  /** Writes all of a direct buffer. */
  void write(ByteBuffer from, long position) throws HostException {
    long at = position;
    while (from.hasRemaining()) {
      long bytes = writeOnce(from, at);
      if (bytes <= 0) {
        throw Failures.of(bytes == 0 ? Errno.EIO : bytes, target.what());
      }
      from.position(from.position() + (int) bytes);
      at += bytes;
    }
  }

  private long writeOnce(ByteBuffer from, long position) throws HostException {
    if (target.inMemory()) {
      return writeHere(from, position);
    }
    if (!workers.mayBlock()) {
      return workers.copy(
          target.terms().uid(), file, _ -> FileCalls.write(file.number(), from, position));
    }
    try {
      return writeHere(from, position);
    } finally {
      workers.leave();
    }
  }

  private long writeHere(ByteBuffer from, long position) throws HostException {
    if (!file.hold()) {
      throw HostThreads.closed();
    }
    try {
      return FileCalls.write(file.number(), from, position);
    } finally {
      file.release();
    }
  }

  /** Reads into a direct buffer; -1 at the end. */
  int read(ByteBuffer into, long position) throws HostException {
    long bytes =
        target.require(
            workers.copy(
                target.terms().uid(), file, _ -> FileCalls.read(file.number(), into, position)));
    into.position(into.position() + (int) bytes);
    return bytes == 0 ? -1 : (int) bytes;
  }

  /** How much is free where it lies; less than zero when that is not known. */
  long free() throws HostException {
    return target.move(_ -> FileCalls.free(file.number()));
  }

  /** How long it is. */
  long length() throws HostException {
    long[] found = {0};
    target.require(
        target.move(
            thread -> {
              long looked = target.as(thread, os -> os.look(file.number()));
              found[0] = looked < 0 ? 0 : thread.status().size();
              return looked;
            }));
    return found[0];
  }

  /** Sets its length. */
  void cut(long to) throws HostException {
    target.require(target.move(thread -> cut(thread, to)));
  }

  /** The same, in a thread that is there already; 0 or {@code -errno}. */
  long cut(HostThread thread, long to) {
    return target.as(thread, os -> os.truncate(file.number(), to));
  }
}
