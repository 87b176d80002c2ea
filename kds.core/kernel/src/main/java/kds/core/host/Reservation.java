package kds.core.host;

import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.HostThread;

/**
 * Space reserved for a file that is being written, as the user it is for, because quota and the
 * part of a file system that is kept for root are judged by who reserves. What comes unannounced is
 * reserved ahead in growing steps.
 */
final class Reservation {
  private static final long LARGEST_STEP = 256L << 20;

  private final Target target;
  private long end;
  private long announced;

  Reservation(Target target) {
    this.target = target;
  }

  /** Reserves what was announced; nothing for -1. */
  void announce(long size) throws HostException {
    if (size <= 0) {
      return;
    }
    announced = size;
    long result = extend(size);
    if (isUnsupported(result)) {
      requireFree(size);
    } else {
      target.require(result);
    }
  }

  /** Sees to it that a file of this size fits. */
  void cover(long size) throws HostException {
    if (size <= end) {
      return;
    }
    long ahead = end == 0 ? size : size + Math.min(size, LARGEST_STEP);
    long result = extend(ahead);
    if (result < 0 && ahead > size) {
      result = extend(size);
    }
    if (isUnsupported(result)) {
      end = Long.MAX_VALUE;
    } else {
      target.require(result);
    }
  }

  /** How many bytes are still to come that no space is reserved for. */
  long missing(long written) {
    return end == Long.MAX_VALUE ? Math.max(0, announced - written) : 0;
  }

  /** Cuts the file to its size. Returns 0, or {@code -errno}. */
  long trim(HostThread thread, long size) {
    if (end <= size || end == Long.MAX_VALUE) {
      return 0;
    }
    end = size;
    return target.as(thread, os -> os.truncate(target.file().number(), size));
  }

  /** The file was cut, and what was reserved behind went with it. */
  void forget() {
    end = end == Long.MAX_VALUE ? end : 0;
  }

  private static boolean isUnsupported(long result) {
    return result == -Errno.EOPNOTSUPP || result == -Errno.ENOSYS;
  }

  /**
   * Not on tmpfs: it reserves by clearing every page, only for it to be written over, which took a
   * fifth of an upload's time. There, what is free is looked at, and a full one shows in the write.
   */
  private long extend(long to) throws HostException {
    if (target.inMemory()) {
      return -Errno.EOPNOTSUPP;
    }
    long from = end;
    long result =
        target.move(
            thread -> target.as(thread, os -> os.reserve(target.file().number(), from, to - from)));
    if (result == 0) {
      end = to;
    }
    return result;
  }

  /** Where space cannot be reserved, at least what is free is looked at. */
  private void requireFree(long size) throws HostException {
    end = Long.MAX_VALUE;
    long free = target.move(_ -> FileCalls.free(target.file().number()));
    if (free >= 0 && free < size) {
      throw new HostException(
          Reason.NO_SPACE,
          "Could not %s: %d bytes are free, %d are needed; free some space"
              .formatted(Failures.visible(target.what()), free, size));
    }
  }
}
