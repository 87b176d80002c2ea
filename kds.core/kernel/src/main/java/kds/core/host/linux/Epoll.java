package kds.core.host.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Waits on many descriptors at once (epoll(7)). Each is told of once, when it can be read or has
 * ended, and again only when asked for. Thread-safe until it is closed.
 */
public final class Epoll {
  private static final int ADD = 1;
  private static final int REMOVE = 2;
  private static final int CHANGE = 3;
  private static final int EPOLLIN = 1;
  private static final int EPOLLONESHOT = 1 << 30;
  private static final int BATCH = 64;
  // struct epoll_event is not packed on arm64.
  private static final long DATA = Flags.ARM ? 8 : 4;
  private static final long EVENT = DATA + 8;
  private static final long[] NONE = {};

  private static final MethodHandle CREATE = Libc.returningInt("epoll_create1", JAVA_INT);
  private static final MethodHandle CONTROL =
      Libc.returningInt("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle WAIT =
      Libc.returningInt("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  private final int epoll;

  /** Opens one. */
  public Epoll() throws FailedCall {
    epoll =
        Libc.checked(
            "epoll_create1", (_, state) -> (int) CREATE.invokeExact(state, Flags.O_CLOEXEC));
  }

  /** Watches a descriptor under a key, until it is told of. */
  public void add(int descriptor, long key) throws FailedCall {
    control(ADD, descriptor, key);
  }

  /** Watches one that was told of once more. */
  public void again(int descriptor, long key) throws FailedCall {
    control(CHANGE, descriptor, key);
  }

  /** Watches it no more. */
  public void remove(int descriptor) throws FailedCall {
    control(REMOVE, descriptor, 0);
  }

  private void control(int what, int descriptor, long key) throws FailedCall {
    Libc.checked(
        "epoll_ctl",
        (arena, state) -> {
          MemorySegment event = arena.allocate(EVENT, 8);
          event.set(JAVA_INT_UNALIGNED, 0, EPOLLIN | EPOLLONESHOT);
          event.set(JAVA_LONG_UNALIGNED, DATA, key);
          return (int) CONTROL.invokeExact(state, epoll, what, descriptor, event);
        });
  }

  /** Waits until there is something; the keys of it. None when a signal woke the thread. */
  public long[] await() throws FailedCall {
    long[][] keys = {NONE};
    try {
      Libc.checked(
          "epoll_wait",
          (arena, state) -> {
            MemorySegment events = arena.allocate(EVENT * BATCH, 8);
            int count = (int) WAIT.invokeExact(state, epoll, events, BATCH, -1);
            keys[0] = new long[Math.max(count, 0)];
            for (int i = 0; i < count; i++) {
              keys[0][i] = events.get(JAVA_LONG_UNALIGNED, i * EVENT + DATA);
            }
            return count;
          });
    } catch (FailedCall e) {
      if (e.errno() != Errno.EINTR) {
        throw e;
      }
    }
    return keys[0];
  }

  /** Closes it; nobody may use it any more, nor be waiting. */
  public void close() {
    FileCalls.close(epoll);
  }
}
