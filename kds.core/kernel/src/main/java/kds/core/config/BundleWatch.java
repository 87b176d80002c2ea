package kds.core.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;

/** Knows the facts of all installed bundles. Calls back on the thread that installs: be quick. */
final class BundleWatch implements BundleTrackerCustomizer<Bundle>, AutoCloseable {
  private static final int INSTALLED =
      Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

  private final Map<Long, BundleFacts> facts = new ConcurrentHashMap<>();
  private final AtomicLong generation = new AtomicLong();
  private final Runnable changed;
  private final BundleTracker<Bundle> tracker;

  BundleWatch(BundleContext context, Runnable changed) {
    this.changed = changed;
    this.tracker = new BundleTracker<>(context, INSTALLED, this);
  }

  void open() {
    tracker.open();
  }

  Schemas schemas() {
    return new Schemas(facts.values());
  }

  /** Changes with the bundles: the same number means the same schemas. */
  long generation() {
    return generation.get();
  }

  @Override
  public void close() {
    tracker.close();
  }

  @Override
  public Bundle addingBundle(Bundle bundle, @Nullable BundleEvent event) {
    facts.put(bundle.getBundleId(), BundleFacts.of(bundle));
    changed();
    return bundle;
  }

  @Override
  public void modifiedBundle(Bundle bundle, @Nullable BundleEvent event, Bundle same) {
    if (event != null && event.getType() == BundleEvent.UPDATED) {
      facts.put(bundle.getBundleId(), BundleFacts.of(bundle));
      changed();
    }
  }

  @Override
  public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Bundle same) {
    facts.remove(bundle.getBundleId());
    changed();
  }

  private void changed() {
    generation.incrementAndGet();
    changed.run();
  }
}
