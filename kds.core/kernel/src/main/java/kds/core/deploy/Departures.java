package kds.core.deploy;

import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import kds.core.gate.Generations;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bundles on their way out. Each drains for as long as its calls take, without a thread; then it is
 * stopped and uninstalled on a thread of its own, because its code may hang there.
 */
final class Departures {
  private static final Logger LOG = LoggerFactory.getLogger(Departures.class);

  private final BundleContext context;
  private final Generations generations;
  private final Runnable afterEach;
  private final Queue<Serving> draining = new ConcurrentLinkedQueue<>();

  /**
   * Makes one.
   *
   * @param afterEach told after each departure, from any thread
   */
  Departures(BundleContext context, Generations generations, Runnable afterEach) {
    this.context = context;
    this.generations = generations;
    this.afterEach = afterEach;
  }

  /** Gives a bundle no further call, and uninstalls it after its last one. */
  void drain(Serving old) {
    draining.add(old);
    generations
        .drain(old.bundle())
        .thenRun(
            () ->
                onOwnThread(
                    old.bundle(),
                    () -> {
                      uninstall(old.bundle());
                      draining.remove(old);
                      LOG.info("{} has served its last call and is gone", old.jar());
                      afterEach.run();
                    }));
  }

  /** Takes a bundle away that never served. */
  void discard(Bundle bundle) {
    onOwnThread(bundle, () -> uninstall(bundle));
  }

  List<Serving> draining() {
    return List.copyOf(draining);
  }

  private static void onOwnThread(Bundle bundle, Runnable task) {
    Thread.ofPlatform()
        .daemon()
        .name("kds-retire " + bundle.getSymbolicName() + " " + bundle.getVersion())
        .inheritInheritableThreadLocals(false)
        .start(task);
  }

  private void uninstall(Bundle bundle) {
    try {
      if (bundle.getState() != Bundle.UNINSTALLED) {
        bundle.uninstall();
      }
      free(bundle);
    } catch (BundleException | IllegalStateException e) {
      LOG.warn("Cannot uninstall {}: {}", bundle, e.toString());
    }
  }

  /** Lets the framework close the bundle's class loader, unless another bundle is wired to it. */
  private void free(Bundle bundle) {
    FrameworkWiring wiring =
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    Collection<Bundle> left = wiring.getRemovalPendingBundles();
    if (!left.contains(bundle)) {
      return;
    }
    Collection<Bundle> closure = wiring.getDependencyClosure(List.of(bundle));
    if (left.containsAll(closure)) {
      wiring.refreshBundles(closure);
    } else {
      LOG.warn(
          "The classes of {} stay in memory until the next restart: other bundles use them: {}",
          bundle,
          closure);
    }
  }
}
