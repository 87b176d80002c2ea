package kds.core.deploy;

import java.util.Set;
import kds.core.gate.Offer;
import org.osgi.framework.Bundle;

/**
 * The bundle that serves for a symbolic name.
 *
 * @param offers the services it had on offer when it took over
 */
record Serving(Jar jar, Bundle bundle, Set<Offer> offers) {
  boolean isOf(Jar other) {
    return jar.digest().equals(other.digest());
  }

  /** False when somebody else has uninstalled it. */
  boolean isThere() {
    return bundle.getState() != Bundle.UNINSTALLED;
  }

  Serving readAs(Jar same) {
    return new Serving(same, bundle, offers);
  }
}
