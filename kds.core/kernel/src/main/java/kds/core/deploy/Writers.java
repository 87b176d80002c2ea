package kds.core.deploy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.Errno;
import kds.core.host.linux.FailedCall;
import kds.core.host.linux.FileControl;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Syscalls;

/** Tells whether somebody has a file open for writing. */
final class Writers {
  /** What was found. */
  enum Found {
    NONE,
    SOME,
    /** The file system gives no leases, or the file is not ours. */
    UNKNOWN
  }

  private Writers() {}

  static Found of(Path file) {
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    int fd = new Syscalls().open(Flags.AT_FDCWD, path, Flags.READ, 0, 0);
    if (fd < 0) {
      return Found.UNKNOWN;
    }
    try {
      FileControl.tryReadLease(fd);
      return Found.NONE;
    } catch (FailedCall e) {
      return e.errno() == Errno.EAGAIN ? Found.SOME : Found.UNKNOWN;
    } finally {
      Descriptors.close(fd);
    }
  }
}
