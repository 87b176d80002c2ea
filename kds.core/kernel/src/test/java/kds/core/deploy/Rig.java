package kds.core.deploy;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.capability.Lease;
import kds.api.host.TrustedFiles;
import kds.api.security.AuditRecord.Outcome;
import kds.core.gate.GatesUnderTest;
import kds.core.gate.MapSwitches;
import kds.core.testing.Framework;
import kds.core.toy.Toy;
import kds.core.trust.OwnedFiles;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;

/** A real framework with real gates and a real deployer, and the folders that an operator sees. */
final class Rig {
  final Path home;
  final Path deploy;
  final Path shipped;
  final MapSwitches switches = new MapSwitches();
  final Records records = new Records();
  private final AtomicInteger drops = new AtomicInteger();
  Framework framework;
  Toys toys;
  GatesUnderTest gates;
  Deployer deployer;
  ServiceRegistration<Condition> condition;

  /** Long, so that a test which passes has heard of the folder's events. */
  Duration heartbeat = Duration.ofMinutes(5);

  Rig(Path home) throws IOException {
    this.home = home;
    deploy = Files.createDirectories(home.resolve("deploy"));
    shipped = Files.createDirectories(home.resolve("bundle"));
    boot();
  }

  /** Starts the framework without the deployer. */
  void boot() {
    framework = Framework.with(Map.of(), "kds.core.toy").standard();
    toys = new Toys(framework, home.resolve("build"));
    condition = meet("toy");
    gates = new GatesUnderTest(framework.context(), switches);
  }

  ServiceRegistration<Condition> meet(String capability) {
    return framework
        .context()
        .registerService(
            Condition.class,
            Condition.INSTANCE,
            FrameworkUtil.asDictionary(Map.of(Condition.CONDITION_ID, "kds." + capability)));
  }

  Rig start() throws Exception {
    return start(new OwnedFiles());
  }

  Rig start(TrustedFiles trusted) throws Exception {
    Places places = new Places(deploy, shipped, home.resolve("state/deploy"));
    Limits limits = new Limits(Duration.ofSeconds(2), 4, Duration.ofMillis(100), heartbeat);
    deployer =
        new Deployer(framework.context(), gates.generations(), trusted, records, places, limits);
    deployer.start();
    framework.service(Condition.class, "(osgi.condition.id=kds.deployed)");
    return this;
  }

  void restart() throws Exception {
    close();
    boot();
    start();
  }

  /** As an operator does it: copy beside, then mv. */
  Path drop(Path jar, String name) throws IOException {
    return drop(jar, deploy, name);
  }

  Path drop(Path jar, Path folder, String name) throws IOException {
    Path beside = home.resolve("beside-" + drops.incrementAndGet());
    Files.copy(jar, beside);
    return Files.move(beside, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Drops a good toy and waits until it serves. */
  void swapTo(String version) throws Exception {
    drop(toys.good(version), "toy.jar");
    awaitServing(version);
  }

  void awaitServing(String version) throws Exception {
    records.await(
        "bundle.replace",
        r -> r.outcome() == Outcome.DONE && version.equals(r.details().get("version")));
  }

  String awaitFailure(String version) throws Exception {
    return records
        .await(
            "bundle.replace",
            r -> r.outcome() == Outcome.FAILED && version.equals(r.details().get("version")))
        .details()
        .get("reason");
  }

  String awaitRefusal(String file) throws Exception {
    return records
        .await("bundle.replace", r -> r.outcome() == Outcome.REFUSED && r.target().equals(file))
        .details()
        .get("reason");
  }

  CompletableFuture<Lease<Toy>> enter() {
    return gates.enter("toy", Toy.class).toCompletableFuture();
  }

  /** The version that answers a call now. */
  String version() throws Exception {
    try (Lease<Toy> lease = enter().get(10, SECONDS)) {
      return lease.service().version();
    }
  }

  String health() {
    return deployer.execute().toString();
  }

  List<Bundle> bundles(String symbolicName) {
    return Arrays.stream(framework.context().getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .toList();
  }

  List<String> versions(String symbolicName) {
    return bundles(symbolicName).stream().map(b -> b.getVersion().toString()).toList();
  }

  /** For what announces itself by no event. */
  void eventually(Callable<Boolean> state) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!state.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("Not so within 20 s. " + health() + "\n" + framework.state());
      }
      Thread.sleep(10);
    }
  }

  void close() throws Exception {
    if (deployer != null) {
      deployer.stop();
      // What is just being uninstalled would get in the way of the clearing up of the cache.
      eventually(
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(t -> t.getName().startsWith("kds-retire")));
    }
    gates.close();
    framework.close();
  }
}
