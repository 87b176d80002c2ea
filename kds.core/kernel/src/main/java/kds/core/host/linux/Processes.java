package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls on processes and threads that running programs needs. Any thread may call; those on the
 * calling thread say so. What fails throws {@link FailedCall}.
 */
public final class Processes {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;
  public static final int SIGCONT = 18;

  private static final int CLONE_FS = 0x200;
  private static final int RLIMIT_NOFILE = 7;
  private static final int WNOHANG = 1;
  // The same on every architecture: they are younger than the common table.
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;

  private static final MethodHandle UNSHARE = Libc.returningInt("unshare", JAVA_INT);
  private static final MethodHandle UMASK = Libc.returningInt("umask", JAVA_INT);
  private static final MethodHandle GETTID = Libc.returningInt("gettid");
  private static final MethodHandle PRLIMIT =
      Libc.returningInt("prlimit", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle KILL = Libc.returningInt("kill", JAVA_INT, JAVA_INT);
  private static final MethodHandle WAITPID =
      Libc.returningInt("waitpid", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle TWO = Libc.syscall(JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FOUR = Libc.syscall(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Processes() {}

  /** Gives the calling thread an umask and a working folder of its own. */
  public static void ownFileSystemState(int umask) throws FailedCall {
    Libc.checked("unshare", (_, state) -> (int) UNSHARE.invokeExact(state, CLONE_FS));
    umask(umask);
  }

  /** Sets the umask of the process, or of the thread if that has its own; tells the old one. */
  public static int umask(int mask) throws FailedCall {
    return Libc.checked("umask", (_, state) -> (int) UMASK.invokeExact(state, mask));
  }

  /** The calling thread's number. */
  public static int threadId() throws FailedCall {
    return Libc.checked("gettid", (_, state) -> (int) GETTID.invokeExact(state));
  }

  /** Lowers how many descriptors a process may open unless it asks for more; its ceiling stays. */
  public static void descriptors(long pid, long most) throws FailedCall {
    Libc.checked(
        "prlimit",
        (arena, state) -> {
          MemorySegment limit = arena.allocate(JAVA_LONG, 2);
          MemorySegment none = MemorySegment.NULL;
          int got = (int) PRLIMIT.invokeExact(state, (int) pid, RLIMIT_NOFILE, none, limit);
          if (got < 0) {
            return got;
          }
          long hard = limit.getAtIndex(JAVA_LONG, 1);
          boolean lower = Long.compareUnsigned(most, hard) < 0; // -1 is no limit
          limit.setAtIndex(JAVA_LONG, 0, lower ? most : hard);
          return (int) PRLIMIT.invokeExact(state, (int) pid, RLIMIT_NOFILE, limit, none);
        });
  }

  /**
   * Takes the status of a child that has ended, which removes it from the process table.
   *
   * @return the status, or -1 when it has not ended or is no child
   */
  public static int reap(long pid, boolean wait) {
    int[] taken = {-1};
    try {
      Libc.checked(
          "waitpid",
          (arena, state) -> {
            MemorySegment status = arena.allocate(JAVA_INT);
            int got = (int) WAITPID.invokeExact(state, (int) pid, status, wait ? 0 : WNOHANG);
            if (got == pid) {
              taken[0] = status.get(JAVA_INT, 0);
            }
            return got;
          });
      return taken[0];
    } catch (FailedCall e) {
      return -1;
    }
  }

  /** Kills a child that was not reaped yet, so that its number is still its own. */
  public static void killChild(long pid) {
    try {
      Libc.checked("kill", (_, state) -> (int) KILL.invokeExact(state, (int) pid, SIGKILL));
    } catch (FailedCall ignored) {
      // It has ended already.
    }
  }

  /** A descriptor that stands for a process, and never for a later one with the same number. */
  public static int pidfd(long pid) throws FailedCall {
    return Libc.checked(
        "pidfd_open", (_, state) -> (int) (long) TWO.invokeExact(state, SYS_PIDFD_OPEN, pid, 0L));
  }

  /** Sends a signal to the process that a descriptor stands for. */
  public static void signal(int pidfd, int signal) throws FailedCall {
    Libc.checked(
        "pidfd_send_signal",
        (_, state) ->
            (int)
                (long)
                    FOUR.invokeExact(
                        state, SYS_PIDFD_SEND_SIGNAL, (long) pidfd, (long) signal, 0L, 0L));
  }
}
