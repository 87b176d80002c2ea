package kds.storage.transfer;

import java.util.concurrent.Semaphore;

/**
 * How many members of folders all downloads together may remember: those whose turn is to come, and
 * those that were packed, of which whoever packs them keeps some 300 bytes each for the archive's
 * directory. Thread-safe.
 */
final class Room {
  /** In memory some 75 MB, a third of what bin/kds allows. */
  static final Room OF_ALL = new Room(250_000);

  private final int members;
  private final Semaphore free;

  Room(int members) {
    this.members = members;
    this.free = new Semaphore(members);
  }

  /** How many there may be at all. */
  int members() {
    return members;
  }

  /** A part of it for one download, which grows. */
  Rented rent() {
    return new Rented();
  }

  /** A part of it. One thread at a time. */
  final class Rented implements AutoCloseable {
    private int taken;

    private Rented() {}

    /** Takes room for further members; false when there is not enough. */
    boolean grow(int count) {
      boolean enough = free.tryAcquire(count);
      taken += enough ? count : 0;
      return enough;
    }

    /** How many there may be at all. */
    int most() {
      return members;
    }

    /** Gives all of it back. */
    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }
}
