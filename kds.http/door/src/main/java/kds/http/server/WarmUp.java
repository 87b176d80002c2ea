package kds.http.server;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.propertytypes.SatisfyingConditionTarget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exercises the calls for files once the service is ready, so that it is not the first user who
 * waits while Java compiles them. Once in the life of the process, until the compilers have little
 * left to do; it ends with the component.
 */
@Component(
    configurationPid = "kds.http",
    immediate = true,
    service = {})
@SatisfyingConditionTarget("(osgi.condition.id=kds.ready)")
public final class WarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

  /** The compilers are done in less, unless the machine is busy with other things. */
  private static final Duration MOST = Duration.ofSeconds(8);

  private static final long PAUSE_NANOS = 200_000_000;

  /** What was compiled stays so: later only the port has changed. */
  private static final AtomicBoolean FIRST = new AtomicBoolean(true);

  private final Inner inner;
  private final Settings settings;
  private final boolean wanted;
  private volatile boolean stopped;
  private volatile @Nullable Exercise running;

  /** Made by Declarative Services. */
  @Activate
  public WarmUp(@Reference Inner inner, DoorConfig config) {
    this.inner = inner;
    this.settings = Settings.of(config);
    this.wanted = config.warm_up() && config.ssl();
  }

  /** Begins, and returns at once. */
  @Activate
  void start() {
    if (wanted && FIRST.getAndSet(false)) {
      Thread.ofPlatform()
          .daemon()
          .name("kds-http-warm-up")
          .priority(Thread.MIN_PRIORITY)
          .start(this::run);
    }
  }

  /** What has begun is not changed, and what has ended does not begin again. */
  @Modified
  void modified(DoorConfig config) {}

  /** Ends what runs, and returns at once. */
  @Deactivate
  void stop() {
    stopped = true;
    Exercise now = running;
    if (now != null) {
      now.cut();
    }
  }

  /** Asked between files: while users have requests running the processors are left to them. */
  private boolean enough(Compiling compiling) {
    if (!stopped && inner.busy()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return stopped || compiling.getAsBoolean();
  }

  private void run() {
    long began = System.nanoTime();
    try (Exercise exercise = new Exercise(settings, inner.rehearsal())) {
      running = exercise;
      Compiling compiling = Compiling.now();
      long bytes = exercise.run(MOST, () -> enough(compiling));
      LOG.info(
          "Warmed up: moved {} MiB to itself in {} ms",
          bytes >> 20,
          Duration.ofNanos(System.nanoTime() - began).toMillis());
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      if (!stopped) {
        LOG.info("Not warmed up, the first transfers will be slower: {}", e.toString());
      }
    }
  }
}
