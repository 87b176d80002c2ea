package kds.core.deploy;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import kds.api.security.Audit;
import kds.core.gate.Generations;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.condition.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces bundles while they serve. See "Swapping bundles" in the folder's README for what an
 * operator does and sees.
 */
@Component(
    service = HealthCheck.class,
    immediate = true,
    property = {HealthCheck.NAME + "=Bundles", HealthCheck.TAGS + "=deploy"})
public final class Deployer implements HealthCheck {
  /** Id of the condition that is there once everything in both folders was tried once. */
  static final String DEPLOYED = "kds.deployed";

  private static final Logger LOG = LoggerFactory.getLogger(Deployer.class);

  private final BundleContext context;
  private final Generations generations;
  private final Limits limits;
  private final Journal journal;
  private final Departures departures;
  private final Deployment deployment;
  private final FolderWatch watch;
  private final Semaphore news = new Semaphore(0);
  private volatile boolean stopped;
  private final AtomicReference<@Nullable ServiceRegistration<Condition>> deployed =
      new AtomicReference<>();

  /** Made by Declarative Services. */
  @Activate
  public Deployer(
      BundleContext context,
      @Reference Generations generations,
      @Reference TrustedFiles trusted,
      @Reference Audit audit)
      throws IOException, HostException {
    this(context, generations, trusted, audit, Places.of(context), Limits.DEFAULT);
  }

  Deployer(
      BundleContext context,
      Generations generations,
      TrustedFiles trusted,
      Audit audit,
      Places places,
      Limits limits)
      throws IOException, HostException {
    this.context = context;
    this.generations = generations;
    this.limits = limits;
    this.journal = new Journal(audit);
    this.departures = new Departures(context, generations, this::look);
    Folders folders =
        new Folders(places, trusted, name -> Adoption.concerns(name, context.getBundles()));
    this.deployment = new Deployment(context, generations, folders, journal, departures, limits);
    this.watch = new FolderWatch(places.deploy(), this::look);
  }

  @Activate
  void start() {
    watch.start();
    Thread.ofPlatform()
        .daemon()
        .name("kds-deployer")
        .inheritInheritableThreadLocals(false)
        .start(this::work);
  }

  /** Waits for nothing. The bundles stay: they go with the framework. */
  @Deactivate
  void stop() throws IOException {
    stopped = true;
    retract();
    watch.close();
    look();
  }

  @Override
  public Result execute() {
    Map<Serving, Integer> draining = new LinkedHashMap<>();
    departures.draining().forEach(old -> draining.put(old, generations.leases(old.bundle())));
    return DeployHealth.of(deployment.serving(), draining, journal.troubles());
  }

  /** Has the folders looked at soon. Any thread. */
  private void look() {
    news.release();
  }

  private void work() {
    attempt(this::begin);
    attempt(this::announce);
    while (!stopped) {
      Duration pause = attempt(this::pass);
      await(pause == null ? limits.heartbeat() : pause);
    }
  }

  private Duration begin() {
    watch.renew();
    deployment.begin();
    deployment.pass();
    return Duration.ZERO;
  }

  private Duration announce() {
    deployed.set(
        context.registerService(
            Condition.class,
            Condition.INSTANCE,
            FrameworkUtil.asDictionary(Map.of(Condition.CONDITION_ID, DEPLOYED))));
    if (stopped) {
      retract();
    }
    return Duration.ZERO;
  }

  private void retract() {
    ServiceRegistration<Condition> condition = deployed.getAndSet(null);
    if (condition != null) {
      condition.unregister();
    }
  }

  private Duration pass() {
    watch.renew();
    return deployment.pass() ? limits.recheck() : limits.heartbeat();
  }

  /** A bug in one pass must not be the last one's. */
  private @Nullable Duration attempt(Supplier<Duration> step) {
    try {
      return step.get();
    } catch (RuntimeException | Error e) {
      if (stopped) {
        LOG.debug("Stopped in the middle of work", e);
      } else {
        LOG.error("The deployer failed; whatever serves, serves on", e);
      }
      return null;
    }
  }

  private void await(Duration pause) {
    try {
      if (news.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        news.drainPermits();
      }
    } catch (InterruptedException e) {
      stopped = true;
    }
  }
}
