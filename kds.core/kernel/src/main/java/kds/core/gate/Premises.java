package kds.core.gate;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One capability: its turnstile, and the leases of who is inside, so that they can be told to
 * leave. Thread-safe; never blocks.
 */
final class Premises {
  private final Turnstile turnstile = new Turnstile();
  private final Set<CountedLease<?>> leases = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  boolean enter() {
    return turnstile.enter();
  }

  /** Makes a lease for somebody who has entered here and at the generation. */
  <T> CountedLease<T> lease(T service, Generation generation) {
    CountedLease<T> lease = new CountedLease<>(service, generation, this);
    leases.add(lease);
    if (closing) {
      lease.cut();
    }
    return lease;
  }

  /** Somebody leaves who got no lease. */
  void leave() {
    turnstile.leave();
  }

  void leave(CountedLease<?> lease) {
    leases.remove(lease);
    turnstile.leave();
  }

  /** See {@link Turnstile#shut}. */
  CompletableFuture<Void> shut() {
    return turnstile.shut();
  }

  synchronized void open() {
    closing = false;
    turnstile.open();
  }

  int inside() {
    return turnstile.inside();
  }

  /** From now on whoever is inside has to go; those that are. None when it was opened again. */
  synchronized List<CountedLease<?>> close() {
    if (!turnstile.isShut()) {
      return List.of();
    }
    closing = true;
    return List.copyOf(leases);
  }
}
