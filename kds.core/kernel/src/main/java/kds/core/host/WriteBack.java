package kds.core.host;

import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
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

  private final Target target;
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile long failure;
  private volatile boolean useless;
  private long begun;

  WriteBack(Target target) {
    this.target = target;
    this.useless = target.inMemory();
  }

  /**
   * A file has grown. Returns at once.
   *
   * @throws HostException when what arrived before could not be written
   */
  void grown(long size) throws HostException {
    target.require(failure);
    if (useless || size - begun < STEP || !underWay.compareAndSet(false, true)) {
      return;
    }
    long from = begun;
    begun = size;
    if (!target.later(_ -> begin(from, size - from))) {
      underWay.set(false); // as many threads are busy as may be: the fsync will do it
    }
  }

  private long begin(long from, long length) {
    try {
      long result = FileCalls.beginWriting(target.file().number(), from, length);
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
