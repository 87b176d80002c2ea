package kds.core.host.process;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.Epoll;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits on the descriptors of all programs in one thread (epoll), and has what happens there done
 * in virtual threads: a program that says nothing costs no thread, and a slow taker holds up nobody
 * else.
 */
final class Watch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final long STOP = 0;

  private final Epoll epoll;
  private final Descriptors.Pipe stop;
  private final Map<Long, Runnable> handlers = new ConcurrentHashMap<>();
  // Keys, and not descriptors: the number of a closed one may be taken again at any moment.
  private final AtomicLong keys = new AtomicLong();
  private final Thread thread;
  private boolean closed;

  Watch() throws IOException {
    epoll = new Epoll();
    stop = Descriptors.pipe();
    epoll.add(stop.reading(), STOP);
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
    try {
      control(() -> epoll.add(descriptor, key));
      return key;
    } catch (IOException e) {
      handlers.remove(key);
      throw e;
    }
  }

  /** How many descriptors are watched, for tests. */
  int size() {
    return handlers.size();
  }

  /** Has it done once more. */
  void again(int descriptor, long key) throws IOException {
    control(() -> epoll.again(descriptor, key));
  }

  /** To be called before the descriptor is closed. */
  void forget(int descriptor, long key) {
    handlers.remove(key);
    try {
      control(() -> epoll.remove(descriptor));
    } catch (IOException e) {
      LOG.debug("Descriptor {} was not watched", descriptor, e);
    }
  }

  private interface Control {
    void apply() throws IOException;
  }

  private synchronized void control(Control control) throws IOException {
    if (closed) {
      throw new IOException("The service stops");
    }
    control.apply();
  }

  private void run() {
    try {
      while (await()) {
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
    epoll.close();
    Descriptors.close(stop.reading());
  }

  private boolean await() throws IOException {
    for (long key : epoll.await()) {
      if (key == STOP) {
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
    Descriptors.close(stop.writing());
  }
}
