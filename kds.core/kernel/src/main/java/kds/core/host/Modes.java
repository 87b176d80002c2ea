package kds.core.host;

import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Errno;
import kds.core.host.linux.HostThread;

/** Sets permission bits. */
final class Modes {
  private Modes() {}

  /**
   * Sets those of an open file or folder. Where the file system knows none, or keeps its own, that
   * is how the operator mounted it, and no failure.
   *
   * @return 0 or {@code -errno}
   */
  static long set(HostThread thread, Terms terms, Descriptor file, int mode) {
    long result = thread.as(terms.identity(), os -> os.chmod(file.number(), mode));
    return result == -Errno.EPERM || result == -Errno.EOPNOTSUPP || result == -Errno.ENOSYS
        ? 0
        : result;
  }
}
