package kds.core.host.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The few calls of the C library that running programs needs and Java lacks. A call that fails
 * throws {@link Failed} with its errno.
 */
final class Libc {
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int E2BIG = 7;
  static final int ENOEXEC = 8;
  static final int EAGAIN = 11;
  static final int ENOMEM = 12;
  static final int EACCES = 13;
  static final int ENFILE = 23;
  static final int EMFILE = 24;
  static final int ETXTBSY = 26;

  static final int SIGKILL = 9;
  static final int SIGTERM = 15;
  static final int SIGCONT = 18;

  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;

  private static final int CLONE_FS = 0x200;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int FIRST_FREE = 10;
  private static final int FIONREAD = 0x541B;
  private static final int RLIMIT_NOFILE = 7;
  private static final int WNOHANG = 1;
  // The same on every architecture: they are younger than the common table.
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle PIPE2 = ints("pipe2", ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = ints("close", JAVA_INT);
  private static final MethodHandle MKFIFO = ints("mkfifo", ADDRESS, JAVA_INT);
  private static final MethodHandle OPEN = variadic(2, "open", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCNTL = variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL = variadic(2, "ioctl", JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle FCHOWN = ints("fchown", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle UNSHARE = ints("unshare", JAVA_INT);
  private static final MethodHandle UMASK = ints("umask", JAVA_INT);
  private static final MethodHandle GETTID = ints("gettid");
  private static final MethodHandle SETPRIORITY = ints("setpriority", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle PRLIMIT = ints("prlimit", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle KILL = ints("kill", JAVA_INT, JAVA_INT);
  private static final MethodHandle WAITPID = ints("waitpid", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle READ =
      bind("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle SYSCALL =
      bind(
          "syscall",
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.firstVariadicArg(1));

  private Libc() {}

  /** A call that failed. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    Failed(String call, int errno) {
      super(call + ": " + text(errno));
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }

  /** The two ends of a pipe: what is written to the second is read from the first. */
  record Pipe(int reading, int writing) {}

  static Pipe pipe() throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      call("pipe2", PIPE2, arena, ends, O_CLOEXEC);
      return new Pipe(raised(ends.getAtIndex(JAVA_INT, 0)), raised(ends.getAtIndex(JAVA_INT, 1)));
    }
  }

  /** The same file under a number that no child's first descriptors take. */
  static int raised(int fd) throws Failed {
    if (fd >= FIRST_FREE) {
      return fd;
    }
    try (Arena arena = Arena.ofConfined()) {
      return call("fcntl", FCNTL, arena, fd, F_DUPFD_CLOEXEC, FIRST_FREE);
    } finally {
      close(fd);
    }
  }

  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      call("close", CLOSE, arena, fd);
    } catch (Failed ignored) {
      // Nothing can be done, and the descriptor is gone anyway.
    }
  }

  static void fifo(String path, int mode) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      call("mkfifo " + path, MKFIFO, arena, arena.allocateFrom(path), mode);
    }
  }

  static int open(String path, int flags) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      return call("open " + path, OPEN, arena, arena.allocateFrom(path), flags | O_CLOEXEC, 0);
    }
  }

  /** Makes reads from a descriptor return at once. */
  static void nonBlocking(int fd) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      call("fcntl", FCNTL, arena, fd, F_SETFL, O_NONBLOCK);
    }
  }

  static void chown(int fd, long uid, long gid) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      call("fchown", FCHOWN, arena, fd, (int) uid, (int) gid);
    }
  }

  /** How many bytes wait in a pipe. */
  static int waiting(int fd) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      call("ioctl", IOCTL, arena, fd, (long) FIONREAD, count);
      return count.get(JAVA_INT, 0);
    }
  }

  /**
   * Reads what is there.
   *
   * @return the number of bytes, 0 at the end, -1 when there is nothing now
   */
  static long read(int fd, MemorySegment into) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long count = (long) READ.invokeExact(state, fd, into, into.byteSize());
      if (count >= 0) {
        return count;
      }
      int errno = (int) ERRNO.get(state, 0L);
      if (errno == EAGAIN) {
        return -1;
      }
      throw new Failed("read", errno);
    } catch (Failed e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Gives the calling thread an umask and a working folder of its own. */
  static void ownFileSystemState(int umask) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      call("unshare", UNSHARE, arena, CLONE_FS);
    }
    umask(umask);
  }

  /** Sets the umask of the process, or of the thread if that has its own; tells the old one. */
  static int umask(int mask) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      return call("umask", UMASK, arena, mask);
    }
  }

  static int threadId() {
    try (Arena arena = Arena.ofConfined()) {
      return call("gettid", GETTID, arena);
    } catch (Failed e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sets the niceness of the calling thread, as far as the service may. */
  static void nice(int value) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      call("setpriority", SETPRIORITY, arena, 0, 0, value);
    }
  }

  /** Lowers how many descriptors a process may open unless it asks for more; its ceiling stays. */
  static void descriptors(long pid, long most) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(JAVA_LONG, 2);
      call("prlimit", PRLIMIT, arena, (int) pid, RLIMIT_NOFILE, MemorySegment.NULL, limit);
      long hard = limit.getAtIndex(JAVA_LONG, 1);
      limit.setAtIndex(
          JAVA_LONG, 0, Long.compareUnsigned(most, hard) < 0 ? most : hard); // -1 is no limit
      call("prlimit", PRLIMIT, arena, (int) pid, RLIMIT_NOFILE, limit, MemorySegment.NULL);
    }
  }

  /**
   * Takes the status of a child that has ended, which removes it from the process table.
   *
   * @return the status, or -1 when it has not ended or is no child
   */
  static int reap(long pid, boolean wait) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(JAVA_INT);
      int got = call("waitpid", WAITPID, arena, (int) pid, status, wait ? 0 : WNOHANG);
      return got == pid ? status.get(JAVA_INT, 0) : -1;
    } catch (Failed e) {
      return -1;
    }
  }

  /** Kills a child that was not reaped yet, so that its number is still its own. */
  static void killChild(long pid) {
    try (Arena arena = Arena.ofConfined()) {
      call("kill", KILL, arena, (int) pid, SIGKILL);
    } catch (Failed ignored) {
      // It has ended already.
    }
  }

  /** A descriptor that stands for a process, and never for a later one with the same number. */
  static int pidfd(long pid) throws Failed {
    return (int) syscall("pidfd_open", SYS_PIDFD_OPEN, pid, 0, 0, 0);
  }

  static void signal(int pidfd, int signal) throws Failed {
    syscall("pidfd_send_signal", SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
  }

  private static long syscall(String what, long number, long a, long b, long c, long d)
      throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d);
      if (result >= 0) {
        return result;
      }
      throw new Failed(what, (int) ERRNO.get(state, 0L));
    } catch (Failed e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Calls something that answers -1 when it fails. */
  static int call(String what, MethodHandle handle, Arena arena, Object... arguments)
      throws Failed {
    try {
      MemorySegment state = arena.allocate(STATE);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      int result = (int) handle.invokeWithArguments(all);
      if (result == -1) {
        throw new Failed(what, (int) ERRNO.get(state, 0L));
      }
      return result;
    } catch (Failed e) {
      throw e;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static MethodHandle ints(String name, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle variadic(int fixed, String name, MemoryLayout... arguments) {
    return bind(
        name, FunctionDescriptor.of(JAVA_INT, arguments), Linker.Option.firstVariadicArg(fixed));
  }

  @SuppressWarnings("restricted") // The shapes above are the contract with the C library.
  private static MethodHandle bind(
      String name, FunctionDescriptor shape, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = new Linker.Option[options.length + 1];
    all[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(options, 0, all, 1, options.length);
    return linker.downcallHandle(
        linker
            .defaultLookup()
            .find(name)
            .orElseThrow(
                () ->
                    new UnsatisfiedLinkError(
                        "The C library lacks "
                            + name
                            + ". Running programs needs glibc 2.34 or newer.")),
        shape,
        all);
  }

  static IllegalStateException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e);
  }

  private static String text(int errno) {
    return switch (errno) {
      case ENOENT -> "no such file or folder";
      case ESRCH -> "no such process";
      case E2BIG -> "arguments and environment are too large together";
      case ENOEXEC -> "not in a format that can be run";
      case EAGAIN -> "out of processes";
      case ENOMEM -> "out of memory";
      case EACCES -> "permission denied";
      case ENFILE, EMFILE -> "too many open files";
      case ETXTBSY -> "the file is being written";
      default -> "error " + errno;
    };
  }
}
