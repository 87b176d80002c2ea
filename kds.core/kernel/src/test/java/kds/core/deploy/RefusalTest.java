package kds.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import kds.api.security.AuditRecord.Outcome;
import kds.core.toy.Trouble;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not let in, and that whatever serves serves on meanwhile. */
class RefusalTest extends OverShippedToy {
  @Test
  void aBundleThatFailsToStartLeavesTheOldOneServing() throws Exception {
    rig.start();
    refuses(rig.toys.failing("1.0.1"), "failed to start", "the activator gives up");
  }

  @Test
  void aBundleThatCannotBeResolvedLeavesTheOldOneServing() throws Exception {
    rig.start();
    refuses(rig.toys.unresolvable("1.0.1", "acme.missing"), "lacks something", "acme.missing");
  }

  @Test
  void aBundleThatOffersNothingLeavesTheOldOneServing() throws Exception {
    rig.start();
    refuses(rig.toys.offeringNothing("1.0.1"), "does not offer kds.core.toy.Toy of toy");
  }

  @Test
  void aBundleThatOffersLessLeavesTheOldOneServing() throws Exception {
    rig.start();
    refuses(rig.toys.offeringOther("1.0.1"), "does not offer kds.core.toy.Toy of toy");
  }

  @Test
  void aBundleWhoseServiceCannotBeObtainedLeavesTheOldOneServing() throws Exception {
    rig.start();
    refuses(rig.toys.broken("1.0.1"), "Cannot obtain [kds.core.toy.Toy]");
  }

  @Test
  void aBundleThatHangsInItsStartHoldsUpNoOther() throws Exception {
    Trouble.latch = new CountDownLatch(1);
    rig.start();
    rig.drop(rig.toys.hanging("1.0.1"), "toy.jar");
    assertThat(rig.awaitFailure("1.0.1")).contains("did not start within");
    assertThat(rig.version()).isEqualTo("1.0.0");
    rig.swapTo("1.0.2");
    assertThat(rig.version()).isEqualTo("1.0.2");
    Trouble.latch.countDown();
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.2")));
  }

  @Test
  void anOverlayOverwrittenByABrokenOneServesOnUntilBothAreTakenAway() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    rig.drop(rig.toys.failing("1.0.2"), "toy.jar");
    assertThat(rig.awaitFailure("1.0.2")).contains("the activator gives up");
    assertThat(rig.version()).isEqualTo("1.0.1");
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.1")));
    Files.delete(rig.deploy.resolve("toy.jar"));
    rig.awaitServing("1.0.0");
    assertThat(rig.version()).isEqualTo("1.0.0");
  }

  private void refuses(Path jar, String... reasons) throws Exception {
    rig.drop(jar, "toy.jar");
    assertThat(rig.awaitFailure("1.0.1")).contains(reasons);
    assertThat(rig.version()).isEqualTo("1.0.0");
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.0")));
    rig.eventually(() -> rig.deployer.execute().getStatus() == Result.Status.WARN);
    assertThat(rig.deployer.execute().toString()).contains(reasons);
    // Another look at the folder does not try it again …
    rig.drop(rig.toys.plain("acme.next", "1.0.0", Map.of("Export-Package", "")), "next.jar");
    rig.eventually(() -> !rig.bundles("acme.next").isEmpty());
    rig.eventually(() -> rig.versions("toy").equals(List.of("1.0.0")));
    if (!reasons[0].startsWith("lacks")) { // … unless the newcomer may have brought what it lacks.
      assertThat(rig.records.count(r -> r.outcome() == Outcome.FAILED)).isZero();
    }
    // … and a repaired one is taken.
    rig.swapTo("1.0.2");
    assertThat(rig.version()).isEqualTo("1.0.2");
    rig.eventually(() -> rig.deployer.execute().isOk());
  }

  @Test
  void aHalfCopiedJarIsNotLoadedUntilItIsWhole() throws Exception {
    rig.start();
    byte[] whole = Files.readAllBytes(rig.toys.good("1.0.1"));
    Path jar = rig.deploy.resolve("toy.jar");
    Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
    rig.eventually(() -> rig.health().contains("toy.jar is not a whole jar"));
    assertThat(rig.version()).isEqualTo("1.0.0");
    Files.write(jar, whole);
    rig.awaitServing("1.0.1");
  }

  @Test
  void aJarThatIsOpenForWritingIsNotLoadedThoughItLooksWhole() throws Exception {
    rig.start();
    byte[] whole = Files.readAllBytes(rig.toys.good("1.0.1"));
    Path jar = rig.deploy.resolve("toy.jar");
    try (FileChannel writer =
        FileChannel.open(jar, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writer.write(ByteBuffer.wrap(whole));
      rig.eventually(() -> rig.health().contains("toy.jar is still being written"));
      assertThat(rig.version()).isEqualTo("1.0.0");
    }
    rig.awaitServing("1.0.1");
  }

  @Test
  void aServingJarThatIsOverwrittenInPlaceServesOnUntilTheNewOneIsWhole() throws Exception {
    rig.start();
    rig.swapTo("1.0.1");
    byte[] whole = Files.readAllBytes(rig.toys.good("1.0.2"));
    Path jar = rig.deploy.resolve("toy.jar");
    Files.write(jar, Arrays.copyOf(whole, whole.length / 3));
    rig.eventually(() -> rig.health().contains("toy.jar is not a whole jar"));
    assertThat(rig.version()).isEqualTo("1.0.1");
    Files.write(jar, whole);
    rig.awaitServing("1.0.2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kds.api",
        "kds.core",
        "kds.http",
        "kds.http.whiteboard",
        "org.apache.felix.scr",
        "org.apache.felix.framework"
      })
  void thePlatformIsNotReplaced(String name) throws Exception {
    rig.start();
    rig.drop(rig.toys.plain(name, "9.0.0", Map.of()), "x.jar");
    assertThat(rig.awaitRefusal("x.jar")).contains("part of the platform", "restart");
    assertThat(rig.versions(name)).doesNotContain("9.0.0");
  }

  @Test
  void fragmentsAreRefused() throws Exception {
    rig.start();
    rig.drop(rig.toys.plain("acme.part", "1.0.0", Map.of("Fragment-Host", "toy")), "x.jar");
    assertThat(rig.awaitRefusal("x.jar")).contains("is a fragment");
  }

  @Test
  void nobodyElseBringsContracts() throws Exception {
    rig.start();
    rig.drop(
        rig.toys.plain(
            "acme.fake",
            "1.0.1",
            Map.of(
                "-exportcontents",
                "kds.api.transfer",
                "-includeresource",
                "kds/api/transfer/x;literal=x")),
        "x.jar");
    assertThat(rig.awaitFailure("1.0.1")).contains("exports [kds.api.transfer]");
    rig.eventually(() -> rig.bundles("acme.fake").isEmpty());
  }

  @Test
  void whatIsNoBundleIsRefused() throws Exception {
    rig.start();
    Files.writeString(rig.deploy.resolve("x.jar"), "no jar at all");
    rig.eventually(() -> rig.health().contains("x.jar is not a whole jar"));
    Path plain = home.resolve("plain.jar");
    try (var out = new JarOutputStream(Files.newOutputStream(plain), new Manifest())) {
      out.putNextEntry(new ZipEntry("a"));
    }
    rig.drop(plain, "y.jar");
    rig.eventually(() -> rig.health().contains("y.jar is not an OSGi bundle"));
  }
}
