package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import kds.api.host.HostException;

/**
 * Reads what was written before, piece by piece, and lets others run after each: Java takes no
 * processor from a virtual thread, and what is read from memory and summed up never waits by
 * itself. A few large files would keep all requests waiting.
 */
final class PartReader {
  private static final int BUFFER = 1 << 20;

  private PartReader() {}

  /**
   * Takes bytes.
   *
   * @param <E> what it may fail with
   */
  @FunctionalInterface
  interface Taker<E extends Exception> {
    void take(ByteBuffer bytes) throws E;
  }

  /** What is read: an upload or a file. */
  @FunctionalInterface
  interface Source {
    int read(ByteBuffer into, long position) throws HostException;
  }

  /** Room to read into. */
  static ByteBuffer room(long bytes) {
    return ByteBuffer.allocateDirect((int) Math.min(BUFFER, bytes));
  }

  /** Shows the bytes from one place to another, piece by piece. */
  static <E extends Exception> void read(Source part, long from, long to, Taker<E> taker)
      throws HostException, E {
    if (from < to) {
      read(part, from, to, room(to - from), taker);
    }
  }

  /** The same, with room that is there already. */
  static <E extends Exception> void read(
      Source part, long from, long to, ByteBuffer room, Taker<E> taker) throws HostException, E {
    for (long at = from; at < to; at += room.limit()) {
      room.clear().limit((int) Math.min(room.capacity(), to - at));
      if (part.read(room, at) < 0) {
        throw new HostException(HostException.Reason.IO, "The file became shorter");
      }
      taker.take(room.flip());
      LockSupport.parkNanos(1); // some 20 µs; unlike after yield(), those who are new get a turn
    }
  }
}
