package kds.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import kds.core.host.linux.Errno;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Syscalls;

/**
 * Lets two files swap names in one step: {@code renameat2(RENAME_EXCHANGE)}, Linux 3.15. Why not a
 * plain rename: that destroys what somebody else has put there since it was last read; after an
 * exchange it is still at hand.
 */
final class Exchange {
  private Exchange() {}

  /**
   * Swaps them. Both must exist, in one file system.
   *
   * @return false when this file system cannot do it (NFS)
   */
  static boolean of(Path a, Path b) throws IOException {
    int result = new Syscalls().rename(Flags.AT_FDCWD, bytes(a), bytes(b), Flags.EXCHANGE);
    return switch (-result) {
      case 0 -> true;
      case Errno.EINVAL, Errno.ENOSYS -> false;
      default ->
          throw new IOException(
              b + " cannot be replaced: renameat2 failed, " + Errno.name(-result) + ".");
    };
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
