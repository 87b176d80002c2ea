package kds.http.whiteboard;

import jakarta.servlet.Filter;
import java.util.Dictionary;
import java.util.Hashtable;
import kds.api.capability.Calls;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Offers the servlets of add-ons to the door: as a Jetty handler that is running before it is
 * registered and is taken back before it stops, so the door needs to know nothing of its life.
 */
@Component(service = {})
public final class AddOns {
  /** Service property by which the door finds the handler. */
  static final String PROPERTY = "kds.http.handler";

  private final BundleContext context;
  private final Calls calls;
  private @Nullable ServletSide servlets;
  private @Nullable ServiceRegistration<Handler> registration;
  private @Nullable ServiceRegistration<Filter> counting;

  /** Makes it. */
  @Activate
  public AddOns(BundleContext context, @Reference Calls calls) {
    this.context = context;
    this.calls = calls;
  }

  @Activate
  void start() throws Exception {
    ServletSide started = new ServletSide(context);
    started.start();
    servlets = started;
    counting =
        context.registerService(Filter.class, new CountedCalls(calls), CountedCalls.properties());
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(PROPERTY, "addons");
    registration = context.registerService(Handler.class, started.handler(), properties);
  }

  @Deactivate
  void stop() {
    if (registration != null) {
      registration.unregister();
    }
    if (servlets != null) {
      servlets.leave();
    }
    if (counting != null) {
      counting.unregister();
    }
  }
}
