package kds.core.stop;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kds.api.capability.Drain;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the service when the process is told to: work under way gets its time, then the framework is
 * stopped. It takes the place of the launcher's own hook, which stops the framework at once; where
 * that one is in use ({@code felix.shutdown.hook} is not {@code false}) this one is not.
 */
@Component(
    service = {},
    immediate = true)
public final class Shutdown {
  static final String LAUNCHERS_HOOK = "felix.shutdown.hook";

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  /** The longest that the door's drain_timeout can be, and a little. */
  private static final Duration MOST = Duration.ofMinutes(61);

  private static final Duration BUNDLES = Duration.ofSeconds(15);

  private final BundleContext context;
  private final Thread hook;

  /** What has to be asked before. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  private volatile List<Drain> drains = List.of();

  /** Made by Declarative Services. */
  @Activate
  public Shutdown(BundleContext context) {
    this.context = context;
    this.hook = Thread.ofPlatform().name("kds-shutdown").unstarted(this::end);
  }

  @Activate
  void watch() {
    if ("false".equals(context.getProperty(LAUNCHERS_HOOK))) {
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  @Deactivate
  void leave() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ignored) {
      // The process is ending: this is the hook's own doing.
    }
  }

  private void end() {
    try {
      drain(drains, MOST);
      stopFramework();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (BundleException | RuntimeException e) {
      LOG.error("The service did not stop cleanly", e);
    }
  }

  /** Asks all at once, and waits for all. */
  static void drain(List<Drain> drains, Duration most) throws InterruptedException {
    LOG.info("Stopping: calls under way get their time");
    CompletableFuture<?>[] ends =
        drains.stream().map(Shutdown::begin).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("Calls that still run after {} are cut off", most);
    } catch (ExecutionException e) {
      LOG.warn("Not everything could be drained", e.getCause());
    }
  }

  private static CompletableFuture<?> begin(Drain drain) {
    try {
      return drain.drain().toCompletableFuture();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void stopFramework() throws BundleException, InterruptedException {
    if (context.getBundle(Constants.SYSTEM_BUNDLE_ID) instanceof Framework framework) {
      framework.stop();
      framework.waitForStop(BUNDLES.toMillis());
    }
  }
}
