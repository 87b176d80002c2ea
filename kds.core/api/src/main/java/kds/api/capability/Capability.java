package kds.api.capability;

import java.util.List;

/**
 * The state of one capability at one moment.
 *
 * @param name its word in the configuration's {@code capabilities} block, as {@code transfer}
 * @param on whether it is switched on
 * @param generations the bundles that serve it, newest first; empty when none is there
 */
public record Capability(String name, boolean on, List<Generation> generations) {
  /**
   * Service property (String): the name of the capability a service belongs to. A service without
   * it is not found by {@link Gates}.
   */
  public static final String PROPERTY = "kds.capability";

  /** What the id of a capability's condition begins with; its name follows. */
  public static final String CONDITION_PREFIX = "kds.";

  /** Takes a copy of the list. */
  public Capability {
    generations = List.copyOf(generations);
  }

  /**
   * One bundle that serves a capability.
   *
   * @param bundle its symbolic name
   * @param version its version
   * @param draining true for an older one, which takes no new call and goes when its last ends
   * @param leases how many calls it is serving now
   */
  public record Generation(String bundle, String version, boolean draining, int leases) {}
}
