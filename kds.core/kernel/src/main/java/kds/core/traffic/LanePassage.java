package kds.core.traffic;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import kds.api.transfer.Traffic.Direction;
import kds.api.transfer.Traffic.Passage;
import kds.api.transfer.Traffic.Transfer;
import kds.api.transfer.TransferException;

/** One transfer in its session's lane. Thread-safe. */
final class LanePassage implements Passage {
  /** How far the rate looks back, at least. */
  private static final long SPAN = Duration.ofSeconds(2).toNanos();

  /** Below this a rate says nothing. */
  private static final long LEAST = Duration.ofMillis(100).toNanos();

  private final Lane lane;
  private final String id;
  private final Direction direction;
  private final String path;
  private final long size;
  private final Instant started;
  private final long bandwidth;
  private final AtomicLong bytes = new AtomicLong();
  private final Mark begin = new Mark(System.nanoTime(), 0);
  private volatile Mark last = begin;
  private volatile Mark before = begin;

  /** How much had moved when. */
  private record Mark(long nanos, long bytes) {}

  LanePassage(
      Lane lane,
      String id,
      Direction direction,
      String path,
      long size,
      Instant started,
      long bandwidth) {
    this.lane = lane;
    this.id = id;
    this.direction = direction;
    this.path = path;
    this.size = size;
    this.started = started;
    this.bandwidth = bandwidth;
  }

  @Override
  public void pass(long more) throws TransferException {
    if (bandwidth > 0) {
      await(lane.take(more, bandwidth));
    }
    long moved = bytes.addAndGet(more);
    long now = System.nanoTime();
    if (now - last.nanos > SPAN) {
      before = last;
      last = new Mark(now, moved);
    }
  }

  private void await(long nanos) throws TransferException {
    if (nanos <= 0) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransferException(
          TransferException.Reason.BUSY,
          "The transfer of '" + path + "' was interrupted while it waited. Try again.",
          e);
    }
  }

  /** How far it is. */
  Transfer look() {
    Mark from = before;
    long moved = bytes.get();
    double time = Math.max(System.nanoTime() - from.nanos, LEAST) / 1e9;
    long rate = (long) ((moved - from.bytes) / time);
    return new Transfer(id, direction, path, moved, size, started, rate);
  }

  @Override
  public void close() {
    lane.leave(this);
  }
}
