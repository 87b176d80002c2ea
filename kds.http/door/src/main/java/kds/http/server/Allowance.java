package kds.http.server;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that requests without a verified token may hold, those of all connections together.
 *
 * <p>Each of a few thousand connections may have 32 KiB of headers on their way, which take twenty
 * times as much where they are many short lines; a full heap ends the service. So whoever goes
 * beyond {@link #FREE} is entered here, and when the sum is too much, those are cut off that hold
 * most for longest. A request that is complete passes in milliseconds, so it is never among them
 * while others wait on purpose. In a burst it takes Jetty a moment to let go of those that were cut
 * off: once they have as much again, who brings more is cut off without being read. Thread-safe.
 */
final class Allowance {
  /**
   * What each connection may hold without being entered: the handshake and headers of most honest
   * requests, so that those cost no lock, and only 16 MiB for 2048 connections.
   */
  static final int FREE = 8 << 10;

  /** An eighth of the heap, and another for those who leave: running requests need the rest. */
  private static final int SHARE = 8;

  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Logger LOG = LoggerFactory.getLogger(Allowance.class);

  private final long most;
  private final LongSupplier clock;
  private final Map<Holder, Held> all = new HashMap<>();
  private final Map<Holder, Held> leaving = new HashMap<>();
  private long total;
  private long leavingTotal;
  private long cut;
  private long spoke;

  /** A connection that can be cut off; the same object each time. */
  interface Holder {
    /** Ends it, and says {@link #gone} at last. */
    void cutOff();
  }

  private record Held(long bytes, long since) {
    /** Bytes times the time that they have been here; the newest counts too. */
    double weight(long now) {
      return (double) bytes * (now - since + 1);
    }
  }

  Allowance(long most, LongSupplier clock) {
    this.most = most;
    this.clock = clock;
    this.spoke = clock.getAsLong() - QUIET_NANOS;
  }

  /** The one of a service that has this JVM for itself. */
  static Allowance ofHeap() {
    return new Allowance(Runtime.getRuntime().maxMemory() / SHARE, System::nanoTime);
  }

  /**
   * Says how much a connection holds with what it has just brought; cuts others off, or itself,
   * when that is too much.
   *
   * @return false when it was cut off: what it brought must go no further
   */
  boolean hold(Holder holder, long bytes) {
    List<Holder> out;
    synchronized (this) {
      if (leaving.containsKey(holder)) {
        return false;
      }
      long now = clock.getAsLong();
      Held before = all.get(holder);
      Held after = new Held(bytes, before == null ? now : before.since);
      put(holder, after);
      out = heaviest(now);
      if (leavingTotal > most && all.containsKey(holder)) {
        put(holder, before == null ? new Held(0, now) : before);
        leave(holder);
        out.add(holder);
      }
      cut += out.size();
    }
    out.forEach(Holder::cutOff);
    return !out.contains(holder);
  }

  private void put(Holder holder, Held held) {
    Held before = all.put(holder, held);
    total += held.bytes - (before == null ? 0 : before.bytes);
  }

  private void leave(Holder holder) {
    Held held = all.get(holder);
    release(holder);
    leaving.put(holder, held);
    leavingTotal += held.bytes;
  }

  /** Says that a connection holds nothing that counts any more; it may have been out already. */
  synchronized void release(Holder holder) {
    Held before = all.remove(holder);
    if (before != null) {
      total -= before.bytes;
    }
  }

  /** Says that a connection is closed, and its memory free. */
  synchronized void gone(Holder holder) {
    release(holder);
    Held before = leaving.remove(holder);
    if (before != null) {
      leavingTotal -= before.bytes;
    }
  }

  /** Takes out as many as it needs. */
  private List<Holder> heaviest(long now) {
    List<Holder> out = new ArrayList<>();
    while (total > most) {
      Holder heaviest =
          all.entrySet().stream()
              .max(Comparator.comparingDouble(entry -> entry.getValue().weight(now)))
              .orElseThrow()
              .getKey();
      leave(heaviest);
      out.add(heaviest);
    }
    return out;
  }

  /** How much is held now by those who are entered. */
  synchronized long total() {
    return total;
  }

  /** Tells the log who was cut off, now and then; to be called now and then. */
  void report() {
    long count;
    synchronized (this) {
      long now = clock.getAsLong();
      if (cut == 0 || now - spoke < QUIET_NANOS) {
        return;
      }
      spoke = now;
      count = cut;
      cut = 0;
    }
    LOG.warn(
        "Cut off {} connection(s): requests that had brought no token yet held more than {} KiB"
            + " together. Somebody sends headers or handshakes and does not end them; see who holds"
            + " connections (ss -tn), and keep him out. If all are honest, raise -Xmx: the limit is"
            + " an eighth of the heap.",
        count,
        most >> 10);
  }
}
