package kds.core.gate;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/**
 * One registered service of a capability.
 *
 * <p>Its object is obtained once, ahead of all calls, and kept until the service goes. So no call
 * pays for the activation of a delayed component, and none is deactivated between two calls.
 */
final class Offering {
  /** The newest bundle first; within a bundle what the framework would prefer. */
  static final Comparator<Offering> NEWEST_FIRST =
      Comparator.<Offering>comparingLong(o -> o.generation.number())
          .reversed()
          .thenComparing(o -> o.reference, Comparator.reverseOrder());

  private final ServiceReference<?> reference;
  private final Generation generation;
  private final String capability;
  private final List<String> types;
  private volatile @Nullable Object service;
  private volatile @Nullable String failure;

  Offering(ServiceReference<?> reference, Generation generation, String capability) {
    this.reference = reference;
    this.generation = generation;
    this.capability = capability;
    this.types = List.of((String[]) reference.getProperty(Constants.OBJECTCLASS));
  }

  Generation generation() {
    return generation;
  }

  String capability() {
    return capability;
  }

  List<String> types() {
    return types;
  }

  /** The service, null until it could be obtained. */
  @Nullable Object service() {
    return service;
  }

  /** Why it could not be obtained, null unless that was tried and failed. */
  @Nullable String failure() {
    return failure;
  }

  /** Runs the bundle's own code, which may take its time: call without a lock. */
  boolean obtain(BundleContext context) {
    try {
      Object object = context.getService(reference);
      failure = object == null ? "the bundle gave no service object" : null;
      service = object;
    } catch (RuntimeException | LinkageError e) {
      failure = e.toString();
    }
    return service != null;
  }

  boolean isRegistered() {
    return reference.getBundle() != null;
  }

  @Override
  public String toString() {
    return types + " of " + generation.name() + " " + generation.version();
  }
}
