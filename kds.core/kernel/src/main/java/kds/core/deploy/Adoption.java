package kds.core.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import kds.core.gate.Generations;
import org.osgi.framework.Bundle;

/**
 * What the deployer finds installed when it starts: its own bundles after a restart of the kernel,
 * and shipped capabilities that the launcher installed.
 *
 * @param serving by symbolic name
 * @param leftOver older ones of the same name, and those whose jar is gone
 */
record Adoption(Map<String, Serving> serving, List<Bundle> leftOver) {
  /** Whether a shipped jar needs a look: not if it is installed and no capability. */
  static boolean concerns(String fileName, Bundle[] installed) {
    for (Bundle bundle : installed) {
      if (bundle.getLocation().endsWith("/" + fileName) && Declared.by(bundle).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  static Adoption of(Bundle[] installed, Collection<Jar> jars, Generations generations) {
    Adoption adoption = new Adoption(new TreeMap<>(), new ArrayList<>());
    for (Bundle bundle : installed) {
      Optional<Jar> jar = jars.stream().filter(j -> isOf(bundle, j)).findFirst();
      if (jar.isPresent()) {
        adoption.take(new Serving(jar.get(), bundle, generations.offers(bundle)));
      } else if (bundle.getLocation().startsWith(Starter.LOCATION)) {
        adoption.leftOver.add(bundle);
      }
    }
    return adoption;
  }

  /** The newest serves: bundle ids grow. */
  private void take(Serving found) {
    Serving other = serving.get(found.jar().symbolicName());
    if (other == null || other.bundle().getBundleId() < found.bundle().getBundleId()) {
      serving.put(found.jar().symbolicName(), found);
      found = other;
    }
    if (found != null) {
      leftOver.add(found.bundle());
    }
  }

  private static boolean isOf(Bundle bundle, Jar jar) {
    String location = bundle.getLocation();
    boolean shipped = !jar.deployed() && location.endsWith("/" + jar.fileName());
    return shipped
        || location.startsWith(Starter.LOCATION + jar.symbolicName() + ":" + jar.digest() + ":");
  }
}
