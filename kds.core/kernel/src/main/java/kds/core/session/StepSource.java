package kds.core.session;

import java.util.List;
import java.util.Optional;
import kds.api.capability.Lease;
import kds.api.session.SessionStep;

/** Where the steps come from. Thread-safe. */
interface StepSource {
  /** The steps there are now, each name once. */
  List<StepFacts> facts();

  /** Enters a step for one call: until the lease is closed its bundle is not stopped by a swap. */
  Optional<Lease<SessionStep>> enter(String name);

  /** Whether the service stops, and its bundles one after the other. */
  boolean stopping();
}
