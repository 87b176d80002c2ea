package kds.core.gate;

import kds.api.capability.Capability;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the gatehouse which services come and go. It obtains none and waits for nothing: it runs on
 * the threads of bundles that start and stop.
 */
final class OfferingTracker extends ServiceTracker<Object, Offering> {
  private static final Logger LOG = LoggerFactory.getLogger(OfferingTracker.class);

  private final Gatehouse gatehouse;

  OfferingTracker(BundleContext context, Gatehouse gatehouse) {
    super(context, filter(), null);
    this.gatehouse = gatehouse;
  }

  @Override
  public @Nullable Offering addingService(ServiceReference<Object> reference) {
    Object name = reference.getProperty(Capability.PROPERTY);
    if (name instanceof String capability && reference.getBundle() != null) {
      return gatehouse.arrive(reference, capability);
    }
    LOG.warn(
        "Ignoring the service {}: its property {} must be one String",
        reference,
        Capability.PROPERTY);
    return null;
  }

  /** A service may not move to another capability; its other properties do not matter here. */
  @Override
  public void modifiedService(ServiceReference<Object> reference, Offering offering) {
    if (!offering.capability().equals(reference.getProperty(Capability.PROPERTY))) {
      LOG.warn("{} changed its property {}: ignored", offering, Capability.PROPERTY);
    }
  }

  /** The framework itself gives the object back when a service is unregistered. */
  @Override
  public void removedService(ServiceReference<Object> reference, Offering offering) {
    gatehouse.leave(offering);
  }

  private static Filter filter() {
    try {
      return FrameworkUtil.createFilter("(" + Capability.PROPERTY + "=*)");
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
