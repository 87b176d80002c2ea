package kds.core.gate;

import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.capability.Lease;

/** A lease that is counted at two turnstiles, the capability's and the generation's. */
final class CountedLease<T> implements Lease<T> {
  private final T service;
  private final Generation generation;
  private final Turnstile capability;
  private final AtomicBoolean open = new AtomicBoolean(true);

  CountedLease(T service, Generation generation, Turnstile capability) {
    this.service = service;
    this.generation = generation;
    this.capability = capability;
  }

  @Override
  public T service() {
    return service;
  }

  @Override
  public String bundle() {
    return generation.name();
  }

  @Override
  public String version() {
    return generation.version();
  }

  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      generation.leave();
      capability.leave();
    }
  }
}
