package kds.core.deploy;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import kds.api.capability.Lease;
import kds.core.toy.Toy;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.service.condition.Condition;

/** Which bundle serves, and how one follows another. */
class DeployerTest extends OverShippedToy {
  @Test
  void replacesByOverlap() throws Exception {
    rig.start();
    Lease<Toy> running = rig.enter().get(5, SECONDS);
    rig.swapTo("1.0.1");
    assertThat(rig.version()).isEqualTo("1.0.1");
    assertThat(running.service().version()).isEqualTo("1.0.0");
    assertThat(running.service().late()).isEqualTo("late 1.0.0");
    assertThat(rig.deployer.execute().toString()).contains("toy 1.0.0", "1 calls left");
    running.close();
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.1")));
  }

  @Test
  void theSameVersionMayComeTwiceWithOtherContent() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    Path other = rig.toys.stamped("1.0.1", "another build");
    rig.drop(other, "toy.jar");
    rig.awaitServing("1.0.1");
    assertThat(rig.version()).isEqualTo("1.0.1");
  }

  @Test
  void aJarMayComeBackWhileItsFirstInstallationStillDrains() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    try (Lease<Toy> running = rig.enter().get(5, SECONDS)) {
      rig.swapTo("1.0.2");
      rig.swapTo("1.0.1");
      assertThat(rig.version()).isEqualTo("1.0.1");
      assertThat(running.service().late()).isEqualTo("late 1.0.1");
      assertThat(rig.versions("toy")).filteredOn("1.0.1"::equals).hasSize(2);
    }
  }

  @Test
  void theShippedBundleReturnsWhenItsOverlayIsRemoved() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    Files.delete(rig.deploy.resolve("toy.jar"));
    rig.awaitServing("1.0.0");
    assertThat(rig.version()).isEqualTo("1.0.0");
  }

  @Test
  void anOverlayIsDecidedBeforeEitherStartsAndSurvivesARestart() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    rig.restart();
    assertThat(rig.version()).isEqualTo("1.0.1");
    assertThat(rig.versions("toy")).containsExactly("1.0.1");
    Files.delete(rig.deploy.resolve("toy.jar"));
    rig.awaitServing("1.0.0");
    rig.restart();
    assertThat(rig.version()).isEqualTo("1.0.0");
  }

  @Test
  void anOverlayThatFailsAtBootLeavesTheFieldToTheShippedBundle() throws Exception {
    rig.drop(rig.toys.failing("1.0.1"), "toy.jar");
    rig.start();
    assertThat(rig.awaitFailure("1.0.1")).contains("the activator gives up");
    assertThat(rig.version()).isEqualTo("1.0.0");
  }

  @Test
  void aShippedCapabilityWhoseConditionIsLateIsKept() throws Exception {
    rig.condition.unregister();
    rig.drop(rig.toys.good("1.0.1"), "toy.jar");
    rig.start();
    assertThat(rig.deployer.execute().toString()).contains("does not offer any service of toy yet");
    rig.meet("toy");
    assertThat(rig.version()).isEqualTo("1.0.1");
  }

  @Test
  void touchingAJarReplacesNothing() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.1")));
    Bundle before = rig.bundles("toy").getFirst();
    Path jar = rig.deploy.resolve("toy.jar");
    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(60)));
    rig.drop(rig.toys.plain("acme.next", "1.0.0", Map.of()), "next.jar");
    rig.eventually(() -> !rig.bundles("acme.next").isEmpty());
    assertThat(rig.bundles("toy")).containsExactly(before);
  }

  @Test
  void theHighestVersionOfSeveralIsUsed() throws Exception {
    rig.start();
    rig.drop(rig.toys.good("1.9.0"), "a.jar");
    rig.awaitServing("1.9.0");
    rig.drop(rig.toys.good("1.10.0"), "b.jar");
    rig.awaitServing("1.10.0");
    rig.eventually(
        () -> rig.deployer.execute().toString().contains("a.jar is not used, because b.jar"));
    Files.delete(rig.deploy.resolve("b.jar"));
    rig.awaitServing("1.9.0");
  }

  @Test
  void atMostFourDrainAndTheNextSwapWaitsForOneToEnd() throws Exception {
    rig.start();
    List<Lease<Toy>> streams = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      streams.add(rig.enter().get(5, SECONDS));
      rig.swapTo("1.0." + i);
    }
    streams.add(rig.enter().get(5, SECONDS));
    rig.drop(rig.toys.good("1.0.5"), "toy.jar");
    rig.eventually(() -> rig.deployer.execute().toString().contains("toy.jar waits"));
    assertThat(rig.version()).isEqualTo("1.0.4");
    assertThat(rig.bundles("toy")).hasSize(5);
    streams.get(1).close();
    rig.awaitServing("1.0.5");
    assertThat(rig.version()).isEqualTo("1.0.5");
    assertThat(streams.get(0).service().late()).isEqualTo("late 1.0.0");
    assertThat(streams.get(4).service().late()).isEqualTo("late 1.0.4");
    streams.forEach(Lease::close);
    rig.eventually(() -> rig.bundles("toy").size() == 1);
  }

  @Test
  void replacesWhatIsSwitchedOff() throws Exception {
    rig.start();
    rig.switches.turn("toy", false);
    rig.condition.unregister();
    rig.swapTo("1.0.1");
    assertThat(rig.enter()).isCompletedExceptionally();
    rig.switches.turn("toy", true);
    rig.meet("toy");
    assertThat(rig.version()).isEqualTo("1.0.1");
  }

  @Test
  void addOnsWithoutACapabilityComeGoAndAreReplacedToo() throws Exception {
    rig.start();
    rig.drop(rig.toys.plain("acme.scan", "1.0.0", Map.of()), "scan.jar");
    rig.eventually(() -> rig.versions("acme.scan").equals(List.of("1.0.0")));
    rig.drop(rig.toys.plain("acme.scan", "2.0.0", Map.of()), "scan.jar");
    rig.eventually(() -> rig.versions("acme.scan").equals(List.of("2.0.0")));
    assertThat(rig.bundles("acme.scan").getFirst().getState()).isEqualTo(Bundle.ACTIVE);
    Files.delete(rig.deploy.resolve("scan.jar"));
    rig.eventually(() -> rig.bundles("acme.scan").isEmpty());
  }

  @Test
  void anAddOnStaysUntilTheCallsThatFoundItByThemselvesHaveEnded() throws Exception {
    rig.start();
    rig.drop(rig.toys.plain("acme.scan", "1.0.0", Map.of()), "scan.jar");
    rig.eventually(() -> rig.versions("acme.scan").equals(List.of("1.0.0")));
    Bundle old = rig.bundles("acme.scan").getFirst();
    Runnable end = rig.gates.calls().begin(old.getBundleId()).orElseThrow();
    rig.drop(rig.toys.plain("acme.scan", "2.0.0", Map.of()), "scan.jar");
    rig.eventually(() -> rig.versions("acme.scan").contains("2.0.0"));
    rig.eventually(() -> rig.deployer.execute().toString().contains("is replaced; 1 calls left"));
    assertThat(old.getState()).as("its request is under way").isEqualTo(Bundle.ACTIVE);
    end.run();
    rig.eventually(() -> rig.versions("acme.scan").equals(List.of("2.0.0")));
  }

  @Test
  void aBundleThatLackedSomethingIsTriedAgainWhenAnotherBringsIt() throws Exception {
    rig.start();
    rig.drop(rig.toys.unresolvable("1.0.1", "acme.word"), "toy.jar");
    assertThat(rig.awaitFailure("1.0.1")).contains("acme.word");
    rig.drop(
        rig.toys.plain(
            "acme.lib",
            "1.0.0",
            Map.of("-exportcontents", "acme.word", "-includeresource", "acme/word/x;literal=x")),
        "lib.jar");
    // It resolves now, and fails for another reason: it offers nothing.
    assertThat(rig.awaitFailure("1.0.1")).contains("does not offer");
  }

  @Test
  void adoptsWhatTheLauncherInstalled() throws Exception {
    Path jar = rig.shipped.resolve("kds.toy.jar");
    Bundle installed = rig.framework.context().installBundle(jar.toUri().toString());
    installed.start();
    rig.start();
    assertThat(rig.bundles("toy")).containsExactly(installed);
    rig.swapTo("1.0.1");
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.1")));
  }

  @Test
  void findsItsBundlesAgainWhenTheKernelIsRestarted() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    rig.eventually(() -> rig.bundles("toy").size() == 1);
    List<Bundle> before = rig.bundles("toy");
    rig.deployer.stop();
    rig.start();
    rig.drop(rig.toys.plain("acme.next", "1.0.0", Map.of()), "next.jar");
    rig.eventually(() -> !rig.bundles("acme.next").isEmpty());
    assertThat(rig.bundles("toy")).isEqualTo(before);
  }

  @Test
  void looksAtAFolderThatWasMadeAnew() throws Exception {
    rig.heartbeat = Duration.ofMillis(200);
    rig.start();
    rig.swapTo("1.0.1");
    Files.move(rig.deploy, home.resolve("aside"));
    rig.eventually(() -> !rig.deployer.execute().isOk());
    assertThat(rig.version()).as("a folder that vanished takes nothing away").isEqualTo("1.0.1");
    Files.createDirectory(rig.deploy);
    rig.awaitServing("1.0.0");
    rig.swapTo("1.0.2");
  }

  @Test
  void stopsWithoutWaitingAndLeavesTheBundles() throws Exception {
    rig.start();
    Lease<Toy> running = rig.enter().get(5, SECONDS);
    rig.swapTo("1.0.1");
    rig.deployer.stop();
    assertThat(rig.framework.has(Condition.class.getName(), "(osgi.condition.id=kds.deployed)"))
        .isFalse();
    assertThat(running.service().late()).isEqualTo("late 1.0.0");
    assertThat(rig.version()).isEqualTo("1.0.1");
    rig.eventually(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(t -> t.getName().startsWith("kds-deploy")));
  }

  @Test
  void keepsNoMoreCopiesThanThereAreJars() throws Exception {
    rig.start();
    for (int i = 1; i <= 5; i++) {
      rig.swapTo("1.0." + i);
    }
    rig.drop(rig.toys.plain("acme.next", "1.0.0", Map.of()), "next.jar");
    rig.eventually(() -> !rig.bundles("acme.next").isEmpty());
    String[] copies = home.resolve("state/deploy").toFile().list();
    assertThat(Arrays.asList(copies)).hasSize(3);
  }

  @Test
  void theHealthCheckSaysWhatServes() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    Result result = rig.deployer.execute();
    assertThat(result.getStatus()).isEqualTo(Result.Status.OK);
    assertThat(result.toString()).contains("toy 1.0.1").contains("serves");
  }
}
