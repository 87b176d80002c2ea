package kds.http.server;

import java.util.Hashtable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;

/** Says whether the door listens, and where. Called by one thread. */
interface Announcement {
  /** The door listens on this port, and on no other. */
  void listening(int port);

  /** The door does not listen any more. */
  void silent();

  /** As a condition {@code kds.listening} with the property {@code kds.port}. */
  static Announcement byCondition(BundleContext context) {
    return new Announcement() {
      private @Nullable ServiceRegistration<Condition> registration;

      @Override
      public void listening(int port) {
        silent();
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(Condition.CONDITION_ID, "kds.listening");
        properties.put("kds.port", port);
        registration = context.registerService(Condition.class, Condition.INSTANCE, properties);
      }

      @Override
      public void silent() {
        ServiceRegistration<Condition> before = registration;
        registration = null;
        if (before != null) {
          try {
            before.unregister();
          } catch (IllegalStateException ignored) {
            // The framework took it with the bundle.
          }
        }
      }
    };
  }
}
