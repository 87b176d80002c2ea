package kds.run.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bad road to the service: a TCP relay on the loopback device that resets (RST) the connection
 * which carries a given byte, counted from the first one that any client sent. Thread-safe.
 */
final class CuttingRelay implements AutoCloseable {
  private static final int BUFFER = 64 << 10;

  private final ServerSocket listener;
  private final int target;
  private final Deque<Long> cuts;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long passed;
  private long stop = Long.MAX_VALUE;
  private int made;
  private boolean closed;

  /**
   * Listens.
   *
   * @param target the service's port
   * @param cuts at which bytes the connection breaks, ascending
   */
  CuttingRelay(int target, List<Long> cuts) throws IOException {
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = target;
    this.cuts = new ArrayDeque<>(cuts);
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** How many connections were cut. */
  int made() {
    lock.lock();
    try {
      return made;
    } finally {
      lock.unlock();
    }
  }

  /** Lets no byte after this one pass, until another stop is set. */
  void stopAt(long bytes) {
    lock.lock();
    try {
      stop = bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until so many bytes have passed. */
  void awaitPassed(long bytes, Duration patience) throws InterruptedException {
    long left = patience.toNanos();
    lock.lock();
    try {
      while (passed < bytes) {
        if (left <= 0) {
          throw new AssertionError(
              "Only %d bytes of %d have passed; %d cuts were made".formatted(passed, bytes, made));
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Thread.ofVirtual().start(() -> relay(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void relay(Socket client) {
    Socket server;
    try {
      server = new Socket(InetAddress.getLoopbackAddress(), target);
    } catch (IOException e) {
      cut(client); // the service is not there
      return;
    }
    open.add(server);
    Thread.ofVirtual().start(() -> back(server, client));
    try {
      forth(client, server);
    } catch (IOException | InterruptedException e) {
      // One side is gone, and so will be the other.
    }
    cut(client);
    cut(server);
  }

  private void forth(Socket client, Socket server) throws IOException, InterruptedException {
    InputStream in = client.getInputStream();
    OutputStream out = server.getOutputStream();
    byte[] buffer = new byte[BUFFER];
    for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
      int at = 0;
      while (at < length) {
        int step = allowed(length - at);
        out.write(buffer, at, step);
        at += step;
        if (isCut()) {
          return;
        }
      }
    }
  }

  /** How many of these bytes may go, at least one; counts them. */
  private int allowed(int wanted) throws InterruptedException {
    lock.lock();
    try {
      while (passed >= stop && !closed) {
        changed.await();
      }
      long end = Math.min(passed + wanted, stop);
      if (!cuts.isEmpty()) {
        end = Math.min(end, Math.max(cuts.peek(), passed + 1));
      }
      int step = (int) Math.max(1, end - passed);
      passed += step;
      changed.signalAll();
      return step;
    } finally {
      lock.unlock();
    }
  }

  private boolean isCut() {
    lock.lock();
    try {
      if (cuts.isEmpty() || passed < cuts.peek()) {
        return false;
      }
      cuts.poll();
      made++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void back(Socket server, Socket client) {
    try {
      server.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      // Said below
    }
    cut(client);
    cut(server);
  }

  /** Closes with RST: what is under way is lost, as on a network that fails. */
  private void cut(Socket socket) {
    open.remove(socket);
    try {
      if (!socket.isClosed()) {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    lock.lock();
    try {
      closed = true;
      stop = Long.MAX_VALUE;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    open.forEach(this::cut);
  }
}
