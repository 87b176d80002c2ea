package kds.core.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings Config Admin into line with the file. Each configuration it makes carries a mark, private
 * to Config Admin because of its leading dot; what has no mark is somebody else's and left alone.
 *
 * <p>Used by one thread.
 */
final class Feeder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Feeder.class);

  /** Marks what the feeder made, so that it is known again after a restart. */
  static final String MARK = ".kds.config";

  /** Changes last: when a listener hears of it, all listeners have heard of what came before. */
  private static final String LAST = "kds.config";

  private static final String ROUND = "round";
  private static final long PATIENCE_SECONDS = 10;

  private final ConfigurationAdmin admin;
  private final ServiceRegistration<ConfigurationListener> listener;
  private volatile CompletableFuture<Void> told = new CompletableFuture<>();
  private long round;

  Feeder(BundleContext context, ConfigurationAdmin admin) {
    this.admin = admin;
    this.listener =
        context.registerService(ConfigurationListener.class, this::heard, new Hashtable<>());
  }

  /**
   * Feeds the settings, and returns when SCR has been told of them: Config Admin tells listeners
   * later, on a thread of its own, and a condition registered too early would let a component start
   * with its defaults.
   *
   * @return whether any configuration has changed
   */
  boolean feed(Settings settings) throws IOException {
    boolean changed = false;
    for (Map.Entry<String, Map<String, Object>> entry : settings.byPid().entrySet()) {
      changed |= feed(entry.getKey(), entry.getValue());
    }
    for (Configuration ours : ours()) {
      if (!settings.byPid().containsKey(ours.getPid()) && !ours.getPid().equals(LAST)) {
        LOG.info("The block of {} is gone; its configuration is deleted", ours.getPid());
        ours.delete();
        changed = true;
      }
    }
    if (changed || round == 0) {
      awaitListeners();
    }
    return changed;
  }

  @Override
  public void close() {
    try {
      listener.unregister();
    } catch (IllegalStateException _) {
      // The framework was first.
    }
  }

  private boolean feed(String pid, Map<String, Object> values) throws IOException {
    Configuration configuration = admin.getConfiguration(pid, "?");
    Dictionary<String, Object> present = configuration.getProperties();
    if (present != null && present.get(MARK) == null) {
      LOG.warn("The configuration {} was made by somebody else and is left as it is", pid);
      return false;
    }
    Hashtable<String, Object> wanted = new Hashtable<>(values);
    wanted.put(MARK, true);
    return configuration.updateIfDifferent(wanted);
  }

  private List<Configuration> ours() throws IOException {
    try {
      Configuration[] found = admin.listConfigurations("(" + MARK + "=true)");
      return found == null ? List.of() : new ArrayList<>(List.of(found));
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitListeners() throws IOException {
    told = new CompletableFuture<>();
    round++;
    Configuration last = admin.getConfiguration(LAST, "?");
    Hashtable<String, Object> values = new Hashtable<>(Map.of(MARK, true, ROUND, round));
    values.put("time", System.currentTimeMillis());
    last.update(values);
    try {
      told.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("Config Admin did not tell of the change within {} s", PATIENCE_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void heard(ConfigurationEvent event) {
    if (LAST.equals(event.getPid())) {
      told.complete(null);
    }
  }
}
