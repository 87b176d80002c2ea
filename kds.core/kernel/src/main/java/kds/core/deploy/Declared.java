package kds.core.deploy;

import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import kds.api.capability.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRevision;

/**
 * The capabilities that bundles declare in their manifests: {@code Provide-Capability:
 * kds.capability;kds.capability=transfer}. So a capability is known before it has a service, and
 * while it is switched off.
 */
final class Declared {
  /** The namespace, and in it the attribute that holds the name. */
  static final String NAMESPACE = Capability.PROPERTY;

  private Declared() {}

  /** What some bundles declare, by name. */
  static Set<String> by(Bundle... bundles) {
    Set<String> names = new TreeSet<>();
    Arrays.stream(bundles).flatMap(Declared::in).forEach(names::add);
    return names;
  }

  private static Stream<String> in(Bundle bundle) {
    BundleRevision revision = bundle.adapt(BundleRevision.class);
    if (revision == null) {
      return Stream.of();
    }
    return revision.getDeclaredCapabilities(NAMESPACE).stream()
        .map(c -> c.getAttributes().get(NAMESPACE))
        .flatMap(v -> v instanceof Collection<?> many ? many.stream() : Stream.ofNullable(v))
        .map(Object::toString);
  }
}
