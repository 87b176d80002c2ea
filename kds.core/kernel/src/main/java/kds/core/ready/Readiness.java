package kds.core.ready;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.osgi.service.condition.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when the service is ready: configuration has been fed (else the door would not exist), the
 * capabilities have been started, and the door listens. One line in the log, and the file {@code
 * ready} in the folder {@code kds.run} for start scripts, as long as it is true: {@code
 * {"port":4902,"pid":123}}. Then the condition {@code kds.ready}, for what is to begin after that.
 */
@Component(
    service = {},
    immediate = true)
@SatisfyingConditionTarget("(osgi.condition.id=kds.deployed)")
public final class Readiness {
  /** The condition's id. */
  static final String READY = "kds.ready";

  /** Property of the door's condition (Integer): where it listens. */
  static final String PORT = "kds.port";

  private static final String FOLDER = "kds.run";
  private static final String FILE = "ready";

  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);

  /** The time since the process began means something once: later the port only has changed. */
  private static final AtomicBoolean FIRST = new AtomicBoolean(true);

  private final BundleContext context;
  private final @Nullable Path file;
  private @Nullable ServiceRegistration<Condition> ready;

  /** Removes what an earlier life may have left. */
  @Activate
  public Readiness(BundleContext context) {
    this.context = context;
    String folder = context.getProperty(FOLDER);
    file = folder == null ? null : Path.of(folder).resolve(FILE);
    remove();
  }

  /** The door listens. */
  @Reference(
      target = "(osgi.condition.id=kds.listening)",
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "bindListening")
  void bindListening(Condition listening, Map<String, Object> properties) {
    Object port = properties.get(PORT);
    write(port);
    if (FIRST.getAndSet(false)) {
      Instant start = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
      LOG.info("READY port={} in {} ms", port, Duration.between(start, Instant.now()).toMillis());
    } else {
      LOG.info("READY port={} again", port);
    }
    announce();
  }

  /** The door listens no more. */
  void unbindListening(Condition listening) {
    withdraw();
    remove();
  }

  /** The service ends. */
  @Deactivate
  void stop() {
    withdraw();
    remove();
  }

  private synchronized void announce() {
    if (ready == null) {
      Hashtable<String, Object> properties = new Hashtable<>();
      properties.put(Condition.CONDITION_ID, READY);
      ready = context.registerService(Condition.class, Condition.INSTANCE, properties);
    }
  }

  private synchronized void withdraw() {
    if (ready != null) {
      ready.unregister();
      ready = null;
    }
  }

  private void write(@Nullable Object port) {
    if (file == null) {
      return;
    }
    Path next = file.resolveSibling(FILE + ".new");
    try {
      long pid = ProcessHandle.current().pid();
      Files.writeString(next, "{\"port\":" + port + ",\"pid\":" + pid + "}\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.warn("{} cannot be written, who waits for it waits in vain: {}", file, e.toString());
    }
  }

  private void remove() {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      LOG.warn("{} cannot be removed: {}", file, e.toString());
    }
  }
}
