package kds.core.config;

import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The conditions that the kernel has registered. Used by one thread. */
final class Conditions {
  private static final Logger LOG = LoggerFactory.getLogger(Conditions.class);

  private final BundleContext context;
  private final Map<String, ServiceRegistration<Condition>> registered = new HashMap<>();

  Conditions(BundleContext context) {
    this.context = context;
  }

  /** Makes this condition true: components that name it may exist from now on. */
  void meet(String id) {
    if (!registered.containsKey(id)) {
      Hashtable<String, Object> properties = new Hashtable<>(Map.of(Condition.CONDITION_ID, id));
      registered.put(id, context.registerService(Condition.class, Condition.INSTANCE, properties));
      LOG.debug("Condition {} is met", id);
    }
  }

  /** Withdraws this condition: components that name it end. */
  void withdraw(String id) {
    ServiceRegistration<Condition> registration = registered.remove(id);
    if (registration != null) {
      LOG.debug("Condition {} is withdrawn", id);
      unregister(registration);
    }
  }

  /** Withdraws all of them. */
  void withdrawAll() {
    Set.copyOf(registered.keySet()).forEach(this::withdraw);
  }

  private static void unregister(ServiceRegistration<Condition> registration) {
    try {
      registration.unregister();
    } catch (IllegalStateException _) {
      // The bundle is stopping, and the framework was first.
    }
  }
}
