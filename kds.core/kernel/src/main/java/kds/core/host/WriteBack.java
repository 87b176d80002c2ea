package kds.core.host;

import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;

/**
 * Has the device begin with what has arrived while the rest is still arriving. Linux would leave a
 * gigabyte in memory and write all of it in the fsync at the end, while the client waits.
 *
 * <p>It only begins writing ({@code SYNC_FILE_RANGE_WRITE}, sync_file_range(2)); that the content
 * is on the device is said by the fsync alone, which also tells of errors on the way.
 */
final class WriteBack {
  /** Less is done in no time at the end. */
  private static final long STEP = 16L << 20;

  private final Descriptor file;
  private final Terms terms;
  private final Workers workers;
  private final String what;
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile long failure;
  private volatile boolean useless;
  private long begun;

  /**
   * Makes one.
   *
   * @param inMemory whether the file lies in memory, and nothing is written back
   */
  WriteBack(Descriptor file, Terms terms, Workers workers, String what, boolean inMemory) {
    this.useless = inMemory;
    this.file = file;
    this.terms = terms;
    this.workers = workers;
    this.what = what;
  }

  /**
   * A file has grown. Returns at once.
   *
   * @throws HostException when what arrived before could not be written
   */
  void grown(long size) throws HostException {
    if (failure < 0) {
      throw Failures.of(failure, what);
    }
    if (useless || size - begun < STEP || !underWay.compareAndSet(false, true)) {
      return;
    }
    long from = begun;
    begun = size;
    if (!workers.later(terms.uid(), file, _ -> begin(from, size - from))) {
      underWay.set(false); // as many threads are busy as may be: the fsync will do it
    }
  }

  private long begin(long from, long length) {
    try {
      long result = FileCalls.beginWriting(file.number(), from, length);
      if (result == -Errno.EINVAL || result == -Errno.ESPIPE || result == -Errno.ENOSYS) {
        useless = true;
      } else if (result < 0) {
        failure = result;
      }
      return result;
    } finally {
      underWay.set(false);
    }
  }

  /** The file was cut. */
  void cut(long to) {
    begun = Math.min(begun, to);
  }
}
