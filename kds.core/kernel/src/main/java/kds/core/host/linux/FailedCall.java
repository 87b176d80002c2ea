package kds.core.host.linux;

import java.io.IOException;

/** A call of the C library that failed. Its message names the call and what went wrong. */
public final class FailedCall extends IOException {
  private static final long serialVersionUID = 1L;
  private final int errno;

  FailedCall(String call, int errno) {
    super(call + ": " + text(errno));
    this.errno = errno;
  }

  /** One of {@link Errno}. */
  public int errno() {
    return errno;
  }

  private static String text(int errno) {
    return switch (errno) {
      case Errno.ENOENT -> "no such file or folder";
      case Errno.ESRCH -> "no such process";
      case Errno.E2BIG -> "arguments and environment are too large together";
      case Errno.ENOEXEC -> "not in a format that can be run";
      case Errno.EAGAIN -> "out of processes";
      case Errno.ENOMEM -> "out of memory";
      case Errno.EACCES -> "permission denied";
      case Errno.ENFILE, Errno.EMFILE -> "too many open files";
      case Errno.ETXTBSY -> "the file is being written";
      default -> Errno.name(errno);
    };
  }
}
