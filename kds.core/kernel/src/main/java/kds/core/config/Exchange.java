package kds.core.config;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Lets two files swap names in one step: {@code renameat2(RENAME_EXCHANGE)}, Linux 3.15. Why not a
 * plain rename: that destroys what somebody else has put there since it was last read; after an
 * exchange it is still at hand.
 */
final class Exchange {
  private static final int AT_FDCWD = -100;
  private static final int RENAME_EXCHANGE = 2;
  private static final int EINVAL = 22;
  private static final int ENOSYS = 38;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted") // Native access is what this class is for.
  private static final MethodHandle RENAMEAT2 =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("renameat2"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT),
              Linker.Option.captureCallState("errno"));

  private Exchange() {}

  /**
   * Swaps them. Both must exist, in one file system.
   *
   * @return false when this file system cannot do it (NFS)
   */
  static boolean of(Path a, Path b) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result =
          (int)
              RENAMEAT2.invokeExact(
                  state,
                  AT_FDCWD,
                  arena.allocateFrom(a.toString()),
                  AT_FDCWD,
                  arena.allocateFrom(b.toString()),
                  RENAME_EXCHANGE);
      int errno = result == 0 ? 0 : (int) ERRNO.get(state, 0L);
      if (errno != 0 && errno != EINVAL && errno != ENOSYS) {
        throw new IOException(b + " cannot be replaced: renameat2 failed, errno " + errno + ".");
      }
      return errno == 0;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("renameat2 cannot be called", e);
    }
  }
}
