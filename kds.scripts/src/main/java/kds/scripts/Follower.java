package kds.scripts;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands lines to somebody who may be slow, on a thread of his own. */
final class Follower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final int MOST_WAITING = 2000;

  private final Consumer<String> to;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong missed = new AtomicLong();
  private volatile boolean over;
  private final Thread thread;

  Follower(Consumer<String> to) {
    this.to = to;
    thread = Thread.ofVirtual().name("kds-script-follower").unstarted(this::deliver);
  }

  Follower begun() {
    thread.start();
    return this;
  }

  /** Called by one thread at a time. */
  void tell(String line) {
    long left = missed.get();
    if (left > 0 && waiting.remainingCapacity() > 1) {
      missed.addAndGet(-left);
      waiting.add(notice(left));
    }
    if (!waiting.offer(line)) {
      missed.incrementAndGet();
    }
  }

  private void deliver() {
    try {
      while (!over) {
        String line = waiting.poll();
        long left = line == null ? missed.getAndSet(0) : 0;
        if (left > 0) {
          to.accept(notice(left));
        }
        to.accept(line == null ? waiting.take() : line);
      }
    } catch (InterruptedException _) {
      // Closed.
    } catch (RuntimeException e) {
      over = true;
      LOG.warn("A follower of a script's output failed and is told nothing more", e);
    }
  }

  private static String notice(long left) {
    return "[" + left + " lines left out]";
  }

  @Override
  public void close() {
    over = true;
    thread.interrupt();
  }
}
