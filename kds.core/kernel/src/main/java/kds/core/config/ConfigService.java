package kds.core.config;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.TrustedFiles;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * config.yaml, from the file to Config Admin and the conditions, live.
 *
 * <p>All of it happens on one thread, {@code kds-config}, one step after the other. A second one
 * waits for events of the file system. Neither is ever waited for by the framework.
 */
@Component(
    service = {CapabilitySwitches.class, ConfigWriter.class, HealthCheck.class},
    immediate = true,
    property = {HealthCheck.NAME + "=configuration", HealthCheck.TAGS + "=config"})
public final class ConfigService implements CapabilitySwitches, ConfigWriter, HealthCheck {
  /** Framework property: where the file is. */
  static final String PATH = "kds.config";

  /** Condition: configuration has been fed. */
  public static final String FED = "kds.config";

  /** Condition of the door. */
  private static final String DOOR = "kds.http";

  private static final String STANDARD_PATH = "/etc/kasm-desktop-service/config.yaml";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration BUNDLES_QUIET = Duration.ofMillis(50);

  private static final Logger LOG = LoggerFactory.getLogger(ConfigService.class);

  private final ConfigFile file;
  private final BundleWatch bundles;
  private final Feeder feeder;
  private final Conditions conditions;
  private final Switches switches;
  private final ScheduledExecutorService thread;

  /** Whether they are to be looked at already, as they are from the beginning. */
  private final AtomicBoolean bundlesChanged = new AtomicBoolean(true);

  private final Thread watcher;
  private volatile @Nullable FolderWatch watch;
  private volatile Report report = Report.NOTHING_YET;
  private volatile boolean ended;
  private @Nullable Seen seen;

  /** Puts the parts together; nothing runs yet. */
  @Activate
  public ConfigService(
      BundleContext context, @Reference ConfigurationAdmin admin, @Reference TrustedFiles trusted) {
    String path = context.getProperty(PATH);
    file = new ConfigFile(Path.of(path == null ? STANDARD_PATH : path).toAbsolutePath(), trusted);
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kds-config").factory());
    watcher = Thread.ofPlatform().daemon().name("kds-config-watch").unstarted(this::watch);
    conditions = new Conditions(context);
    switches = new Switches(conditions, this::later);
    feeder = new Feeder(context, admin);
    bundles = new BundleWatch(context, this::bundlesChanged);
  }

  /**
   * Begins. The first look waits until each bundle has been read: the block of one that was not
   * would be taken as it stands.
   */
  @Activate
  void start() {
    bundles.open();
    later(this::look);
    watcher.start();
  }

  /** Ends, without waiting for anybody. The framework withdraws the conditions. */
  @Deactivate
  void stop() {
    ended = true;
    bundles.close();
    feeder.close();
    FolderWatch present = watch;
    if (present != null) {
      close(present);
    }
    thread.execute(conditions::withdrawAll);
    thread.shutdown();
  }

  @Override
  public SortedSet<String> known() {
    return switches.known();
  }

  @Override
  public boolean isOn(String capability) {
    return switches.isOn(capability);
  }

  @Override
  public void turn(String capability, boolean on) throws IOException {
    await(thread.submit(this::load)); // Bundles and file as they are now.
    if (!known().contains(capability)) {
      throw new IllegalArgumentException(
          "There is no capability "
              + Flaw.quote(capability)
              + ". There are: "
              + String.join(", ", known())
              + ".");
    }
    put(Map.of(Document.join(Reading.CAPABILITIES, capability), on));
  }

  @Override
  public void listen(Listener listener) {
    switches.listen(listener);
  }

  @Override
  public void forget(Listener listener) {
    switches.forget(listener);
  }

  @Override
  public void write(Map<String, Object> values) throws IOException {
    for (Map.Entry<String, Object> value : values.entrySet()) {
      DocumentedKey key =
          DocumentedKey.named(value.getKey())
              .orElseThrow(
                  () -> new IllegalArgumentException(value.getKey() + " is not documented."));
      if (key.standard().getClass() != value.getValue().getClass()) {
        throw new IllegalArgumentException(
            key.key() + " is a " + key.standard().getClass().getSimpleName() + ".");
      }
    }
    put(new TreeMap<>(values));
  }

  @Override
  public Result execute() {
    return report.health(file.path());
  }

  private void put(Map<String, Object> values) throws IOException {
    try {
      file.write(values);
      LOG.info("Wrote {} into {}", String.join(", ", values.keySet()), file.path());
    } catch (BadConfigException e) {
      throw new IOException(e.flaws().getFirst().line(file.path()), e);
    }
    await(thread.submit(this::load));
  }

  private void await(Future<?> loaded) throws IOException {
    try {
      loaded.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("The configuration is not yet in effect.", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The configuration may not yet be in effect.", e);
    }
  }

  private void load() {
    if (ended) {
      return;
    }
    try {
      byte[] bytes = file.read();
      long generation = bundles.generation();
      if (seen == null || !seen.is(bytes, generation)) {
        seen = new Seen(bytes, generation);
        apply(bytes);
      }
    } catch (BadConfigException e) {
      seen = null; // The bytes may be the same when the file can be read again.
      refuse(e);
    } catch (IOException | RuntimeException e) {
      seen = null;
      if (!ended) { // While the bundle stops, services fail under our hands.
        LOG.error("{} could not be put into effect; it is tried again", file.path(), e);
      }
    }
  }

  private void apply(byte[] bytes) throws IOException {
    Report before = report;
    try {
      Schemas schemas = bundles.schemas();
      Settings settings = Reading.of(Document.of(ConfigText.of(bytes).text()), schemas);
      if (feeder.feed(settings)) {
        LOG.info("{} is in effect", file.path());
      }
      conditions.meet(FED);
      conditions.meet(DOOR);
      switches.apply(schemas.capabilities(), settings.switches());
      report = new Report(true, List.of(), settings.warnings());
      report.log(file.path(), before);
    } catch (BadConfigException e) {
      refuse(e);
    }
  }

  private void refuse(BadConfigException e) {
    Report before = report;
    report = new Report(before.fed(), e.flaws(), List.of());
    report.log(file.path(), before);
  }

  /** What was looked at last: the same again needs no second look. Used by the one thread. */
  private record Seen(byte[] bytes, long generation) {
    boolean is(byte[] others, long other) {
      return generation == other && Arrays.equals(bytes, others);
    }
  }

  private void watch() {
    try {
      FolderWatch begun = new FolderWatch(file.path(), () -> later(this::load));
      watch = begun;
      if (ended) {
        begun.close();
      }
      begun.run();
    } catch (IOException e) {
      LOG.error("{} cannot be watched; restart the service after an edit", file.path(), e);
    }
  }

  /** Bundles come in groups: one look for all of them. */
  private void bundlesChanged() {
    if (bundlesChanged.compareAndSet(false, true)) {
      try {
        thread.schedule(this::look, BUNDLES_QUIET.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException _) {
        // The service ends.
      }
    }
  }

  /** Looks at the bundles and the file; who changes later is looked at again. */
  private void look() {
    bundlesChanged.set(false);
    load();
  }

  private void later(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException _) {
      // The service ends.
    }
  }

  private static void close(FolderWatch watch) {
    try {
      watch.close();
    } catch (IOException e) {
      LOG.warn("The watch of the configuration does not close", e);
    }
  }
}
