package kds.core.gate;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import kds.api.capability.Lease;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/**
 * How the deployer lets one bundle take over from another. A bundle that it never mentions serves
 * from its first service on. Thread-safe; never blocks.
 */
public interface Generations {
  /** Puts a bundle on probation: its services are obtained, but get no call. */
  void hold(Bundle bundle);

  /**
   * Waits until a bundle offers services and they could be obtained.
   *
   * @return exceptionally when one of them cannot be obtained; never completed while one is missing
   */
  CompletionStage<Void> ready(Bundle bundle, Set<Offer> wanted);

  /** What a bundle has on offer now. */
  Set<Offer> offers(Bundle bundle);

  /** Whether a capability is switched on. */
  boolean on(String capability);

  /** Ends a bundle's probation: it gets calls from now on, before all older ones. */
  void admit(Bundle bundle);

  /**
   * Gives a bundle no further call.
   *
   * @return completed, by whichever thread ends it, when its last call has ended
   */
  CompletionStage<Void> drain(Bundle bundle);

  /**
   * Begins a call of a service that was found otherwise than by its gate, so that a swap or a
   * switch waits for its end.
   *
   * @param service what the reference stands for
   * @return empty when its bundle takes no calls, or its capability is switched off
   */
  <T> Optional<Lease<T>> enter(ServiceReference<T> reference, T service);

  /** How many calls a bundle is serving. */
  int leases(Bundle bundle);
}
