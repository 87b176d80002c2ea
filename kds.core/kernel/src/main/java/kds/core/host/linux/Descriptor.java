package kds.core.host.linux;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor that cannot be closed under someone who uses it: its number, once free, is
 * given to whatever is opened next, and a late call would read or write that. Thread-safe.
 *
 * <p>Whoever uses the number holds the descriptor meanwhile. The file is closed by whoever lets go
 * last; after {@link #close} nobody can take hold any more.
 */
public final class Descriptor implements AutoCloseable {
  private final int number;
  private final byte[] alias;
  private final AtomicInteger holders = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes over an open descriptor. */
  public Descriptor(int number) {
    this.number = number;
    this.alias = ("/proc/self/fd/" + number).getBytes(StandardCharsets.US_ASCII);
  }

  /** Its number, good only while the caller holds it. */
  public int number() {
    return number;
  }

  /** The name under which the system shows it to this process. */
  byte[] alias() {
    return alias;
  }

  /** Takes hold, to be followed by {@link #release}; false when it was closed. */
  public boolean hold() {
    while (!closed.get()) {
      int now = holders.get();
      if (now == 0) {
        return false;
      }
      if (holders.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /** Lets go. */
  public void release() {
    if (holders.decrementAndGet() == 0) {
      FileCalls.close(number);
    }
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }
}
