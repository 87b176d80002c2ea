package kds.scripts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.script.Scripts;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the service_startup scripts once for each start of the service: not again when this bundle
 * is swapped or switched off and on. A mark in the folder of the run tells whether it was done; it
 * names the process, because that folder may outlive it.
 */
@Component(
    service = {},
    immediate = true)
@SatisfyingConditionTarget("(osgi.condition.id=kds.scripts)")
public final class Startup {
  static final String MARK = "service_startup";
  private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

  private static final int MOST_TRIES = 600;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  private final Path run;
  private final Entrance entrance;
  private volatile boolean over;

  /** Made by Declarative Services, once there are scripts to be entered. */
  @Activate
  public Startup(BundleContext context, @Reference Gates gates, @Reference Scripts scripts) {
    this(Path.of(context.getProperty("kds.run")), gates);
  }

  Startup(Path run, Gates gates) {
    this.run = run;
    this.entrance = new Entrance(gates);
  }

  @Activate
  void begin() {
    Thread.ofVirtual().name("kds-service-startup").start(this::once);
  }

  @Deactivate
  void leave() {
    over = true;
  }

  void once() {
    try {
      if (isMarked()) {
        return;
      }
      Lease<Scripts> lease = entered();
      boolean begun = false;
      try {
        Files.writeString(run.resolve(MARK), ServiceLife.mark());
        lease.service().folder(Job.STARTUP, null).all().whenComplete((_, _) -> lease.close());
        begun = true;
      } finally {
        if (!begun) {
          lease.close();
        }
      }
    } catch (IOException e) {
      LOG.error("Scripts of service_startup are not run: {} cannot be used: {}", run, e.toString());
    } catch (CapabilityUnavailableException e) {
      LOG.warn("Scripts of service_startup are not run. {}", e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** This component may be there a moment before the gate has seen what it depends on. */
  private Lease<Scripts> entered() throws CapabilityUnavailableException, InterruptedException {
    for (int left = MOST_TRIES; ; left--) {
      try {
        return entrance.enter();
      } catch (CapabilityUnavailableException e) {
        if (over || left == 0 || e.reason() == CapabilityUnavailableException.Reason.OFF) {
          throw e;
        }
        Thread.sleep(BETWEEN_TRIES);
      }
    }
  }

  /** Whether this process has set the mark before. */
  private boolean isMarked() throws IOException {
    Path mark = run.resolve(MARK);
    return Files.isRegularFile(mark) && Files.readString(mark).equals(ServiceLife.mark());
  }
}
