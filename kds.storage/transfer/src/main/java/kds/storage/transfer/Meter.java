package kds.storage.transfer;

import kds.api.security.Caller;
import kds.api.transfer.Traffic;
import kds.api.transfer.Traffic.Direction;
import kds.api.transfer.Traffic.Passage;
import kds.api.transfer.TransferException;
import org.jspecify.annotations.Nullable;

/**
 * Reports one transfer to the session's traffic, from its first byte on: who only asks about a file
 * has not begun to move it. Thread-safe.
 */
final class Meter implements AutoCloseable {
  private final Beginning beginning;
  private volatile @Nullable Passage passage;
  private boolean closed;

  /** Begins the passage. */
  @FunctionalInterface
  private interface Beginning {
    Passage begin() throws TransferException;
  }

  private Meter(Beginning beginning) {
    this.beginning = beginning;
  }

  /** One for a file or folder that is sent. */
  static Meter down(Traffic traffic, Policies policies, Caller caller, String path, long size) {
    return new Meter(
        () -> traffic.begin(caller, Direction.DOWN, path, size, false, policies.terms()));
  }

  /** One for a file that is received. */
  static Meter up(
      Traffic traffic, Policies policies, Caller caller, String path, long size, boolean further) {
    return new Meter(
        () -> traffic.begin(caller, Direction.UP, path, size, further, policies.terms()));
  }

  /** Begins, unless that was done. */
  Passage begin() throws TransferException {
    Passage begun = passage;
    return begun == null ? beginOnce() : begun;
  }

  private synchronized Passage beginOnce() throws TransferException {
    Passage begun = passage;
    if (begun == null) {
      if (closed) {
        throw new IllegalStateException("The transfer has ended already.");
      }
      begun = beginning.begin();
      passage = begun;
    }
    return begun;
  }

  /** Begins and leaves it at that: what moves is reported by others. */
  void beginAndEnd() throws TransferException {
    begin();
    close();
  }

  /** Counts what moved, and waits for the session's bandwidth. */
  void pass(long bytes) throws TransferException {
    begin().pass(bytes);
  }

  @Override
  public synchronized void close() {
    closed = true;
    Passage begun = passage;
    if (begun != null) {
      begun.close();
    }
  }
}
