package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.invoke.MethodHandle;

/** {@code fcntl}, with a number for its argument. Stateless; any thread may call. */
public final class FileControl {
  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_RDLCK = 0;
  private static final int F_UNLCK = 2;
  private static final int SIGURG = 23;

  private static final MethodHandle FCNTL = Libc.variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT);

  private FileControl() {}

  static int call(String what, int fd, int command, int argument) throws FailedCall {
    return Libc.checked(what, (_, state) -> (int) FCNTL.invokeExact(state, fd, command, argument));
  }

  /**
   * Takes a read lease on an open file and gives it back at once. Linux gives one only on a file
   * that nobody has open for writing (fcntl(2), "Leases"). Should somebody open the file in that
   * moment, its holder gets a signal, whose default would end the process; so the signal is first
   * set to one that is ignored.
   *
   * @throws FailedCall {@link Errno#EAGAIN} when somebody writes; others when the file system gives
   *     no leases, or the file is not ours
   */
  public static void tryReadLease(int fd) throws FailedCall {
    call("fcntl", fd, F_SETSIG, SIGURG);
    call("fcntl", fd, F_SETLEASE, F_RDLCK);
    call("fcntl", fd, F_SETLEASE, F_UNLCK);
  }
}
