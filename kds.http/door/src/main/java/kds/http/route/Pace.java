package kds.http.route;

import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * How fast a client sends. What a fast one sends is left to gather in the kernel for a moment
 * before it is read: to be woken costs some changes of threads, as many for a packet as for half a
 * megabyte. Belongs to one thread.
 */
final class Pace {
  /** Shorter would gain little. */
  private static final long SHORTEST_NANOS = Duration.ofNanos(500_000).toNanos();

  /** Short beside what a person notices. */
  private static final long LONGEST_NANOS = Duration.ofMillis(2).toNanos();

  /** In this part of the time that a stretch took, as much comes as every socket has room for. */
  private static final int PARTS = 8;

  /** A client is fast that sends so much ... */
  private static final int STRETCH = 1 << 20;

  /** ... within this time: 20 MiB/s. */
  private static final long BRIEF_NANOS = Duration.ofMillis(50).toNanos();

  private final LongSupplier nanoTime;
  private final LongConsumer pause;
  private long since;
  private long moved;

  /** How long something is left to gather; 0 with a client that is not fast. */
  private long moment;

  /**
   * Makes one of a client that has yet to show how fast it is.
   *
   * @param pause waits for so many nanoseconds
   */
  Pace(LongSupplier nanoTime, LongConsumer pause) {
    this.nanoTime = nanoTime;
    this.pause = pause;
    this.since = nanoTime.getAsLong();
  }

  /** So many bytes came. */
  void moved(int bytes) {
    moved += bytes;
    if (moved >= STRETCH) {
      long now = nanoTime.getAsLong();
      long took = now - since;
      moment = took > BRIEF_NANOS ? 0 : Math.clamp(took / PARTS, SHORTEST_NANOS, LONGEST_NANOS);
      since = now;
      moved = 0;
    }
  }

  /**
   * Nothing is there now. Lets something gather if that is worth while, and says whether it was.
   */
  boolean gathers() {
    if (moment == 0) {
      return false;
    }
    pause.accept(moment);
    return true;
  }

  /** Nothing came meanwhile: until the next stretch this is no fast client. */
  void stalled() {
    moment = 0;
  }
}
