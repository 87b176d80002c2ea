package kds.scripts;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands lines to somebody who may be slow, on a thread of his own. What waits for him is bounded in
 * memory; he misses the rest. Thread-safe.
 */
final class Follower implements AutoCloseable {
  /** What may wait, in bytes: each line with what Java needs for it. */
  static final int MOST_WAITING = 256 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final int OF_EACH_LINE = 64;

  private final RunListener to;
  private final List<String> before;
  private final Deque<String> waiting = new ArrayDeque<>();
  private final Thread thread;
  private long size;
  private long missed;
  private @Nullable ScriptRun end;
  private boolean over;

  /**
   * Makes one.
   *
   * @param before what he is told first
   */
  Follower(RunListener to, List<String> before) {
    this.to = to;
    this.before = before;
    thread = Thread.ofVirtual().name("kds-script-follower").unstarted(this::deliver);
  }

  Follower begun() {
    thread.start();
    return this;
  }

  /** Tells a line, or notes that he misses it. */
  synchronized void tell(String line) {
    if (over) {
      return;
    }
    if (size + size(line) > MOST_WAITING) {
      missed++;
      return;
    }
    if (missed > 0) {
      add(notice(missed));
      missed = 0;
    }
    add(line);
    notifyAll();
  }

  /** Tells that there will be no more. */
  synchronized void end(ScriptRun run) {
    end = run;
    notifyAll();
  }

  /** How much waits for him, in bytes. */
  synchronized long waiting() {
    return size;
  }

  private void add(String line) {
    waiting.add(line);
    size += size(line);
  }

  private static long size(String line) {
    return OF_EACH_LINE + 2L * line.length();
  }

  private void deliver() {
    try {
      for (String line : before) {
        if (isOver()) {
          return;
        }
        to.line(line);
      }
      for (String line = next(); line != null; line = next()) {
        to.line(line);
      }
      ScriptRun run = ended();
      if (run != null) {
        to.ended(run);
      }
    } catch (InterruptedException _) {
      // Closed.
    } catch (RuntimeException | LinkageError e) {
      close();
      LOG.warn("A follower of a script's output failed and is told nothing more", e);
    }
  }

  /** Waits for the next line, null when there is none any more. */
  private synchronized @Nullable String next() throws InterruptedException {
    while (!over && waiting.isEmpty() && missed == 0 && end == null) {
      wait();
    }
    if (over) {
      return null;
    }
    String line = waiting.poll();
    if (line != null) {
      size -= size(line);
      return line;
    }
    if (missed == 0) {
      return null;
    }
    String left = notice(missed);
    missed = 0;
    return left;
  }

  private synchronized boolean isOver() {
    return over;
  }

  private synchronized @Nullable ScriptRun ended() {
    return over ? null : end;
  }

  static String notice(long left) {
    return "[" + left + " lines left out]";
  }

  @Override
  public void close() {
    synchronized (this) {
      over = true;
      waiting.clear();
      size = 0;
      notifyAll();
    }
    thread.interrupt();
  }
}
