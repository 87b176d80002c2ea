package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import kds.api.capability.Calls;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;
import kds.api.host.StateFiles;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;
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
 * is swapped or switched off and on. A mark in the state folder tells whether it was done; it names
 * the process, because that folder outlives it.
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
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final int LONGEST_MARK = 1024;

  private final StateFiles states;
  private final Calls calls;
  private final HostProcesses processes;
  private final Scripts scripts;
  private final long bundle;

  /** Made by Declarative Services. */
  @Activate
  public Startup(
      @Reference StateFiles states,
      @Reference Calls calls,
      @Reference HostProcesses processes,
      @Reference ComponentServiceObjects<Scripts> scripts) {
    this(
        states,
        calls,
        processes,
        scripts.getService(),
        (Long) scripts.getServiceReference().getProperty(Constants.SERVICE_BUNDLEID));
  }

  Startup(StateFiles states, Calls calls, HostProcesses processes, Scripts scripts, long bundle) {
    this.states = states;
    this.calls = calls;
    this.processes = processes;
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
      if (mark()) {
        endWhatAnEarlierServiceLeft();
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

  /** Whether it is to be done: then it is noted before, because it must not be done twice. */
  private boolean mark() throws HostException {
    StateFolder folder = RunStore.folder(states);
    byte[] mine = ServiceLife.mark().getBytes(StandardCharsets.UTF_8);
    if (Arrays.equals(folder.read(MARK, LONGEST_MARK).orElse(null), mine)) {
      return false;
    }
    folder.write(MARK, mine, Durability.SERVICE);
    return true;
  }

  /** A script whose service was killed has no limit any more and nobody who hears it. */
  private void endWhatAnEarlierServiceLeft() {
    try {
      for (String group : processes.groups()) {
        if (Farewell.isOurs(group)) {
          end(group);
        }
      }
    } catch (HostException e) {
      LOG.error("Scripts of an earlier start cannot be looked for: {}", e.getMessage());
    }
  }

  private void end(String group) {
    LOG.warn("Ending what is left of a script of an earlier start of the service: {}", group);
    try {
      processes.end(group, GRACE);
    } catch (HostException e) {
      LOG.error("{} of an earlier start could not be ended: {}", group, e.getMessage());
    }
  }
}
