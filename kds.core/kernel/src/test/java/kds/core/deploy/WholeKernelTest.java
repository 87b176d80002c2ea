package kds.core.deploy;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import kds.api.capability.Capabilities;
import kds.api.capability.Capability;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.CapabilityUnavailableException.Reason;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.security.Audit;
import kds.api.security.AuditRecord.Outcome;
import kds.api.security.Caller;
import kds.core.testing.Framework;
import kds.core.toy.Toy;
import org.apache.felix.hc.api.HealthCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.condition.Condition;
import org.yaml.snakeyaml.Yaml;

/** Configuration, gates and deployer as Declarative Services put them together. */
class WholeKernelTest {
  private static final Caller OPERATOR =
      new Caller("operator", Set.of(), Set.of(), "t1", "127.0.0.1", null);

  @TempDir Path home;
  private final Records records = new Records();
  private Framework framework;
  private Toys toys;

  @BeforeEach
  void open() throws Exception {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectories(home.resolve("deploy"));
    Files.createDirectories(home.resolve("bundle"));
    Files.writeString(home.resolve("config.yaml"), "port: 4902\n");
    framework =
        Framework.with(
                Map.of(
                    "kds.config", home.resolve("config.yaml").toString(),
                    "kds.deploy", home.resolve("deploy").toString(),
                    "kds.bundle", home.resolve("bundle").toString(),
                    "kds.state", home.resolve("state").toString()),
                "kds.core.toy",
                "org.apache.felix.hc.api;version=2.0.4",
                "kds.api.admin;version=1.0.0",
                "kds.api.transfer;version=1.0.0",
                "kds.api.capability;version=1.0.0",
                "kds.api.config;version=1.0.0",
                "kds.api.host;version=1.0.0",
                "kds.api.security;version=1.0.0",
                "kds.api.session;version=1.0.0")
            .standard();
    framework.install(Yaml.class);
    framework.context().registerService(Audit.class, records, null);
    toys = new Toys(framework, home.resolve("build"));
    Files.copy(toys.good("1.0.0"), home.resolve("bundle/kds.toy.jar"));
    framework.install(Deployer.class);
    framework.service(Condition.class, "(osgi.condition.id=" + Deployer.DEPLOYED + ")");
  }

  @AfterEach
  void close() {
    framework.close();
  }

  @Test
  void servesSwapsAndSwitches() throws Exception {
    assertThat(version()).isEqualTo("1.0.0");
    Files.copy(toys.good("1.0.1"), home.resolve("beside"));
    Files.move(
        home.resolve("beside"), home.resolve("deploy/toy.jar"), StandardCopyOption.ATOMIC_MOVE);
    records.await("bundle.replace", record -> record.outcome() == Outcome.DONE);
    assertThat(version()).isEqualTo("1.0.1");
    assertThat(framework.service(HealthCheck.class, "(hc.tags=deploy)").execute().isOk()).isTrue();

    Capabilities capabilities = framework.service(Capabilities.class);
    Lease<Toy> running = enter().get(10, SECONDS);
    capabilities.turn("toy", false, OPERATOR);
    assertThat(reasonOf(enter())).isEqualTo(Reason.OFF);
    assertThat(running.service().late()).isEqualTo("late 1.0.1");
    assertThat(Files.readString(home.resolve("config.yaml"))).contains("toy: \"off\"");
    running.close();
    capabilities.turn("toy", true, OPERATOR);
    assertThat(version()).isEqualTo("1.0.1");
    assertThat(capabilities.list())
        .singleElement()
        .satisfies(toy -> assertThat(toy.name()).isEqualTo("toy"))
        .satisfies(toy -> assertThat(toy.on()).isTrue())
        .satisfies(toy -> assertThat(newest(toy.generations())).isEqualTo("1.0.1"));
  }

  private static String newest(List<Capability.Generation> generations) {
    return generations.getFirst().version();
  }

  private CompletableFuture<Lease<Toy>> enter() {
    return framework.service(Gates.class).enter("toy", Toy.class).toCompletableFuture();
  }

  private String version() throws Exception {
    try (Lease<Toy> lease = enter().get(10, SECONDS)) {
      return lease.service().version();
    }
  }

  private static Reason reasonOf(CompletableFuture<?> call) throws Exception {
    try {
      call.get(10, SECONDS);
      throw new AssertionError("not refused");
    } catch (ExecutionException e) {
      return ((CapabilityUnavailableException) e.getCause()).reason();
    }
  }
}
