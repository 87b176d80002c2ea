package kds.core.deploy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * Tells whether somebody has a file open for writing.
 *
 * <p>Linux gives a read lease only on a file that nobody has open for writing (fcntl(2), "Leases").
 * The lease is given back at once. Should somebody open the file in that moment, its holder gets a
 * signal, whose default would end the process; so the signal is first set to one that is ignored.
 */
final class Writers {
  /** What was found. */
  enum Found {
    NONE,
    SOME,
    /** The file system gives no leases, or the file is not ours. */
    UNKNOWN
  }

  private static final int O_RDONLY_NONBLOCK_CLOEXEC = 0_004_000 | 0_2000_000;
  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_RDLCK = 0;
  private static final int F_UNLCK = 2;
  private static final int SIGURG = 23;
  private static final int EAGAIN = 11;

  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN = handle("open", ValueLayout.ADDRESS, 2);
  private static final MethodHandle FCNTL = handle("fcntl", ValueLayout.JAVA_INT, 2);
  private static final MethodHandle CLOSE = close();

  private Writers() {}

  static Found of(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int fd =
          (int)
              OPEN.invokeExact(
                  state, arena.allocateFrom(file.toString()), O_RDONLY_NONBLOCK_CLOEXEC, 0);
      if (fd < 0) {
        return Found.UNKNOWN;
      }
      try {
        return lease(state, fd);
      } finally {
        int _ = (int) CLOSE.invokeExact(fd);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("Cannot ask for a lease on " + file, e);
    }
  }

  private static Found lease(MemorySegment state, int fd) throws Throwable {
    if ((int) FCNTL.invokeExact(state, fd, F_SETSIG, SIGURG) != 0) {
      return Found.UNKNOWN;
    }
    if ((int) FCNTL.invokeExact(state, fd, F_SETLEASE, F_RDLCK) == 0) {
      int _ = (int) FCNTL.invokeExact(state, fd, F_SETLEASE, F_UNLCK);
      return Found.NONE;
    }
    return (int) ERRNO.get(state, 0L) == EAGAIN ? Found.SOME : Found.UNKNOWN;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, ValueLayout first, int firstVariadic) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, first, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
        Linker.Option.firstVariadicArg(firstVariadic),
        Linker.Option.captureCallState("errno"));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle close() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("close"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }
}
