package kds.log;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What is on its way to standard output: a ring of bytes, and a thread that writes them in large
 * pieces. A call of the system for each record would cost more than the record.
 *
 * <p>The thread waits a moment for more to come, unless somebody is in a hurry or much has come
 * already; that moment is what a kill can lose. Who puts more than fits waits until there is room:
 * nothing is ever dropped. Once closed it is written at once, by who puts. Thread-safe.
 */
final class Backlog implements AutoCloseable {
  /** Where the bytes go. */
  interface Sink {
    /** Writes; says nothing of failures, as there is nobody left to tell. */
    void write(byte[] bytes, int from, int length);
  }

  /** How long a record may wait for others. */
  static final Duration MOMENT = Duration.ofMillis(5);

  /** How long the end of the writing is waited for, if nobody reads what is written. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** With so many bytes no more are waited for; as much is written at a time. */
  private static final int ENOUGH = 128 * 1024;

  private enum State {
    IDLE,
    LINGERING,
    BUSY
  }

  private final Sink sink;
  private final byte[] ring;
  private final Lock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition progress = lock.newCondition();
  private final Thread thread;
  private State state = State.BUSY;
  private long put;
  private long written;
  private int awaiting;
  private long urgent;
  private boolean closed;
  private boolean over;

  Backlog(int size, Sink sink) {
    this.sink = sink;
    ring = new byte[size];
    thread = Thread.ofPlatform().name("kds-log").daemon().unstarted(this::write);
  }

  Backlog open() {
    thread.start();
    return this;
  }

  /** Takes bytes; waits while there is no room for them. */
  void put(byte[] bytes, int length, boolean now) {
    lock.lock();
    try {
      int done = 0;
      while (done < length && !over) {
        int part = (int) Math.min(length - done, ring.length - (put - written));
        if (part == 0) {
          awaitProgress();
          continue;
        }
        copy(bytes, done, part);
        put += part;
        done += part;
        if (now) {
          urgent = put;
        }
        wake();
      }
      if (done < length) {
        sink.write(bytes, done, length - done);
      }
    } finally {
      lock.unlock();
    }
  }

  private void copy(byte[] bytes, int from, int count) {
    int at = (int) (put % ring.length);
    int first = Math.min(count, ring.length - at);
    System.arraycopy(bytes, from, ring, at, first);
    System.arraycopy(bytes, from + first, ring, 0, count - first);
  }

  private void wake() {
    if (state == State.IDLE || state == State.LINGERING && isTime()) {
      state = State.BUSY;
      work.signal();
    }
  }

  private boolean isTime() {
    return written < urgent || closed || put - written >= Math.min(ENOUGH, ring.length);
  }

  private void awaitProgress() {
    awaiting++;
    progress.awaitUninterruptibly();
    awaiting--;
  }

  /** Waits until all that was put before is written, but not for ever. */
  void flush(Duration most) {
    lock.lock();
    try {
      long target = put;
      urgent = put;
      wake();
      long left = most.toNanos();
      awaiting++;
      try {
        while (written < target && !over && left > 0) {
          left = progress.awaitNanos(left);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } finally {
        awaiting--;
      }
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    long at = 0;
    for (int count = next(0); count > 0; count = next(count)) {
      sink.write(ring, (int) (at % ring.length), count);
      at += count;
    }
  }

  /** Notes what is written, and waits for more. Returns how many bytes there are in one piece. */
  private int next(int done) {
    lock.lock();
    try {
      written += done;
      if (done > 0 && awaiting > 0) {
        progress.signalAll();
      }
      while (put == written && !closed) {
        state = State.IDLE;
        work.awaitUninterruptibly();
      }
      linger();
      state = State.BUSY;
      if (put == written) {
        over = true;
        progress.signalAll();
        return 0;
      }
      int at = (int) (written % ring.length);
      return (int) Math.min(Math.min(put - written, ring.length - at), ENOUGH);
    } finally {
      lock.unlock();
    }
  }

  private void linger() {
    if (isTime()) {
      return;
    }
    state = State.LINGERING;
    long left = MOMENT.toNanos();
    try {
      while (state == State.LINGERING && left > 0) {
        left = work.awaitNanos(left);
      }
    } catch (InterruptedException _) {
      // Nobody has a reason to; then it is written somewhat earlier.
    }
  }

  /** Writes what is there, and ends the thread. Does not wait for ever. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      state = State.BUSY;
      work.signal();
    } finally {
      lock.unlock();
    }
    try {
      thread.join(TimeUnit.NANOSECONDS.toMillis(PATIENCE.toNanos()));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
