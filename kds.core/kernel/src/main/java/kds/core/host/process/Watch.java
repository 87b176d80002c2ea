package kds.core.host.process;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits on the descriptors of all programs in one thread (epoll), and has what happens there done
 * in virtual threads: a program that says nothing costs no thread, and a slow taker holds up nobody
 * else.
 */
final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final int EPOLL_CLOEXEC = Libc.O_CLOEXEC;
  private static final int ADD = 1;
  private static final int REMOVE = 2;
  private static final int CHANGE = 3;
  private static final int EPOLLIN = 1;
  private static final int EPOLLONESHOT = 1 << 30;
  private static final int BATCH = 64;
  // struct epoll_event is packed on x86-64 only.
  private static final long DATA = System.getProperty("os.arch").equals("amd64") ? 4 : 8;
  private static final long EVENT = DATA + 8;

  private static final MethodHandle CREATE = Libc.ints("epoll_create1", JAVA_INT);
  private static final MethodHandle CONTROL =
      Libc.ints("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle WAIT =
      Libc.ints("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

  private final int epoll;
  private final Libc.Pipe stop;
  private final Map<Long, Runnable> handlers = new ConcurrentHashMap<>();
  // Keys, and not descriptors: the number of a closed one may be taken again at any moment.
  private final AtomicLong keys = new AtomicLong();
  private final Thread thread;
  private boolean closed;

  Watch() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      epoll = Libc.call("epoll_create1", CREATE, arena, EPOLL_CLOEXEC);
    }
    stop = Libc.pipe();
    control(ADD, stop.reading(), 0);
    thread = Thread.ofPlatform().name("kds-programs").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Has something done, once, when a descriptor can be read, or has ended.
   *
   * @return key for {@link #again} and {@link #forget}
   */
  long once(int descriptor, Runnable handler) throws IOException {
    long key = keys.incrementAndGet();
    handlers.put(key, handler);
    control(ADD, descriptor, key);
    return key;
  }

  /** Has it done once more. */
  void again(int descriptor, long key) throws IOException {
    control(CHANGE, descriptor, key);
  }

  /** To be called before the descriptor is closed. */
  void forget(int descriptor, long key) {
    handlers.remove(key);
    try {
      control(REMOVE, descriptor, key);
    } catch (IOException e) {
      LOG.debug("Descriptor {} was not watched", descriptor, e);
    }
  }

  private synchronized void control(int what, int descriptor, long key) throws IOException {
    if (closed) {
      throw new IOException("The service stops");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(EVENT, 8);
      event.set(JAVA_INT_UNALIGNED, 0, EPOLLIN | EPOLLONESHOT);
      event.set(JAVA_LONG_UNALIGNED, DATA, key);
      Libc.call("epoll_ctl", CONTROL, arena, epoll, what, descriptor, event);
    }
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events = arena.allocate(EVENT * BATCH, 8);
      while (await(events)) {
        LOG.trace("Programs have something to tell");
      }
    } catch (IOException e) {
      LOG.error("Programs are not watched any more: restart the service", e);
    } finally {
      end();
    }
  }

  private synchronized void end() {
    // Programs go on; what they tell from now on must not reach a file that took this number.
    closed = true;
    Libc.close(epoll);
    Libc.close(stop.reading());
  }

  private boolean await(MemorySegment events) throws IOException {
    int count;
    try (Arena arena = Arena.ofConfined()) {
      count = Libc.call("epoll_wait", WAIT, arena, epoll, events, BATCH, -1);
    } catch (Libc.Failed e) {
      if (e.errno() == Libc.EINTR) {
        return true;
      }
      throw e;
    }
    for (int i = 0; i < count; i++) {
      long key = events.get(JAVA_LONG_UNALIGNED, i * EVENT + DATA);
      if (key == 0) {
        return false;
      }
      Runnable handler = handlers.get(key);
      if (handler != null) {
        Thread.ofVirtual().name("kds-program").start(handler);
      }
    }
    return true;
  }

  /** Ends the waiting; programs go on unwatched. */
  @Override
  public void close() {
    Libc.close(stop.writing());
  }
}
