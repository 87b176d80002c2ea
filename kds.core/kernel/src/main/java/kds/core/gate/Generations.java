package kds.core.gate;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.framework.Bundle;

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

  /** How many calls a bundle is serving. */
  int leases(Bundle bundle);
}
