package kds.core.deploy;

import java.time.Duration;

/**
 * Bounds of the deployer.
 *
 * @param start how long a bundle may take to start, and then to offer its services
 * @param draining how many replaced bundles may drain at a time
 * @param recheck how long until a jar that is being written is looked at again
 * @param heartbeat how long until the folder is looked at again if nothing was heard of it
 */
record Limits(Duration start, int draining, Duration recheck, Duration heartbeat) {
  /** Design, section 5: ten seconds, four generations. */
  static final Limits DEFAULT =
      new Limits(Duration.ofSeconds(10), 4, Duration.ofMillis(500), Duration.ofSeconds(30));
}
