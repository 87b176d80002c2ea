package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/**
 * The pipes and descriptors that running programs needs. Stateless; any thread may call. What fails
 * throws {@link FailedCall}.
 */
public final class Descriptors {
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FIRST_FREE = 10;
  private static final long FIONREAD = 0x541B;

  private static final MethodHandle PIPE2 = Libc.returningInt("pipe2", ADDRESS, JAVA_INT);
  private static final MethodHandle MKFIFO = Libc.returningInt("mkfifo", ADDRESS, JAVA_INT);
  private static final MethodHandle OPEN = Libc.variadic(2, "open", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL = Libc.variadic(2, "ioctl", JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle FCHOWN =
      Libc.returningInt("fchown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle READ = Libc.returningLong("read", JAVA_INT, ADDRESS, JAVA_LONG);

  private Descriptors() {}

  /** The two ends of a pipe: what is written to the second is read from the first. */
  public record Pipe(int reading, int writing) {}

  /** A new pipe, whose descriptors no program inherits. */
  public static Pipe pipe() throws FailedCall {
    int[] ends = new int[2];
    Libc.checked(
        "pipe2",
        (arena, state) -> {
          MemorySegment both = arena.allocate(JAVA_INT, 2);
          int result = (int) PIPE2.invokeExact(state, both, Flags.O_CLOEXEC);
          MemorySegment.copy(both, JAVA_INT, 0, ends, 0, 2);
          return result;
        });
    return new Pipe(raised(ends[0]), raised(ends[1]));
  }

  /** The same file under a number that no child's first descriptors take; the old one is closed. */
  public static int raised(int fd) throws FailedCall {
    if (fd >= FIRST_FREE) {
      return fd;
    }
    try {
      return FileControl.call("fcntl", fd, F_DUPFD_CLOEXEC, FIRST_FREE);
    } finally {
      close(fd);
    }
  }

  /** Closes, once; it is closed even when the system reports a failure. */
  public static void close(int fd) {
    FileCalls.close(fd);
  }

  /** Makes a named pipe. */
  public static void fifo(String path, int mode) throws FailedCall {
    Libc.checked(
        "mkfifo " + path,
        (arena, state) -> (int) MKFIFO.invokeExact(state, arena.allocateFrom(path), mode));
  }

  /** Opens to read and to write, which on a named pipe never waits. */
  public static int openBothWays(String path) throws FailedCall {
    return open(path, Flags.O_RDWR);
  }

  /** Opens only to name it. */
  public static int openPlace(String path) throws FailedCall {
    return open(path, Flags.O_PATH);
  }

  private static int open(String path, int flags) throws FailedCall {
    return Libc.checked(
        "open " + path,
        (arena, state) ->
            (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags | Flags.O_CLOEXEC, 0));
  }

  /** Makes reads from a descriptor return at once. */
  public static void nonBlocking(int fd) throws FailedCall {
    FileControl.call("fcntl", fd, F_SETFL, Flags.O_NONBLOCK);
  }

  /** Gives what a descriptor stands for to an owner and a group. */
  public static void chown(int fd, long uid, long gid) throws FailedCall {
    Libc.checked("fchown", (_, state) -> (int) FCHOWN.invokeExact(state, fd, (int) uid, (int) gid));
  }

  /** How many bytes wait in a pipe. */
  public static int waiting(int fd) throws FailedCall {
    int[] waiting = new int[1];
    Libc.checked(
        "ioctl",
        (arena, state) -> {
          MemorySegment count = arena.allocate(JAVA_INT);
          int result = (int) IOCTL.invokeExact(state, fd, FIONREAD, count);
          waiting[0] = count.get(JAVA_INT, 0);
          return result;
        });
    return waiting[0];
  }

  /**
   * Reads what is there into the rest of a direct buffer, which is not moved on.
   *
   * @return the number of bytes, 0 at the end, -1 when there is nothing now
   */
  public static int read(int fd, ByteBuffer into) throws FailedCall {
    MemorySegment room = MemorySegment.ofBuffer(into);
    try {
      return Libc.checked(
          "read",
          (_, state) -> {
            long count = (long) READ.invokeExact(state, fd, room, room.byteSize());
            return (int) count;
          });
    } catch (FailedCall e) {
      if (e.errno() == Errno.EAGAIN) {
        return -1;
      }
      throw e;
    }
  }
}
