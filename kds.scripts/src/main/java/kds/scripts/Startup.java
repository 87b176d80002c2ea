package kds.scripts;

import java.util.Optional;
import kds.api.capability.Calls;
import kds.api.host.HostException;
import kds.api.host.StateFiles;
import kds.api.script.Scripts;
import org.osgi.framework.Constants;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the service_startup scripts once for each start of the service: not again when this bundle
 * is swapped or switched off and on; a {@link LifeMark} tells whether it was done.
 *
 * <p>It uses the service itself and does not go by the gate, which has perhaps not seen the service
 * yet when this component is made. That scripts run counts as a call of their bundle, so it is not
 * taken away before they have ended.
 */
@Component(
    service = {},
    immediate = true)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
public final class Startup {
  static final String MARK = "service_startup";
  private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

  private final LifeMark mark;
  private final Calls calls;
  private final Scripts scripts;
  private final long bundle;

  /** Made by Declarative Services. */
  @Activate
  public Startup(
      @Reference StateFiles states,
      @Reference Calls calls,
      @Reference ComponentServiceObjects<Scripts> scripts) {
    this(
        states,
        calls,
        scripts.getService(),
        (Long) scripts.getServiceReference().getProperty(Constants.SERVICE_BUNDLEID));
  }

  Startup(StateFiles states, Calls calls, Scripts scripts, long bundle) {
    this.mark = new LifeMark(states, MARK, ServiceLife.mark());
    this.calls = calls;
    this.scripts = scripts;
    this.bundle = bundle;
  }

  @Activate
  void begin() {
    Thread.ofVirtual().name("kds-service-startup").start(this::once);
  }

  void once() {
    Optional<Runnable> end = calls.begin(bundle);
    if (end.isEmpty()) {
      return; // This bundle is about to go; the one that replaces it does this.
    }
    boolean begun = false;
    try {
      if (mark.set()) {
        scripts.folder(Job.STARTUP, null).all().whenComplete((_, _) -> end.get().run());
        begun = true;
      }
    } catch (HostException e) {
      LOG.error(
          "Scripts of service_startup are not run, because it cannot be noted that they were: {}",
          e.getMessage());
    } finally {
      if (!begun) {
        end.get().run();
      }
    }
  }
}
