package kds.core.gate;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who is inside. Once shut nobody gets in any more, and whoever shut it learns when the last
 * one has left. Entering and shutting are one atomic word, so nobody slips in behind the count.
 */
final class Turnstile {
  /** The count with the highest bit set is the count of a shut turnstile. */
  private static final int SHUT = Integer.MIN_VALUE;

  private final AtomicInteger state = new AtomicInteger();
  private CompletableFuture<Void> empty = new CompletableFuture<>();

  boolean enter() {
    int inside = state.get();
    while (inside >= 0) {
      if (state.compareAndSet(inside, inside + 1)) {
        return true;
      }
      inside = state.get();
    }
    return false;
  }

  /** Enters also when it is shut, as long as somebody is inside; then whoever shut it waits on. */
  boolean join() {
    int inside = state.get();
    while (inside != SHUT) {
      if (state.compareAndSet(inside, inside + 1)) {
        return true;
      }
      inside = state.get();
    }
    return false;
  }

  void leave() {
    if (state.decrementAndGet() == SHUT) {
      tellWhenEmpty();
    }
  }

  /** Shuts it; again is harmless. Completed when the last has left, cancelled by {@link #open}. */
  CompletableFuture<Void> shut() {
    CompletableFuture<Void> result;
    synchronized (this) {
      state.getAndUpdate(s -> s | SHUT);
      result = empty;
    }
    tellWhenEmpty();
    return result;
  }

  void open() {
    CompletableFuture<Void> before;
    synchronized (this) {
      state.getAndUpdate(s -> s & ~SHUT);
      before = empty;
      empty = new CompletableFuture<>();
    }
    before.completeExceptionally(new CancellationException("opened again"));
  }

  boolean isShut() {
    return state.get() < 0;
  }

  int inside() {
    return state.get() & ~SHUT;
  }

  private void tellWhenEmpty() {
    CompletableFuture<Void> told = null;
    synchronized (this) {
      if (state.get() == SHUT) {
        told = empty;
      }
    }
    if (told != null) {
      told.complete(null);
    }
  }
}
