package kds.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** What comes with the service, and whose business it is to start it. */
class ShippedTest extends OverShippedToy {
  @Test
  void startsWhatWasShipped() throws Exception {
    rig.start();
    assertThat(rig.version()).isEqualTo("1.0.0");
    assertThat(rig.deployer.execute().isOk()).isTrue();
  }

  /** Such as an inspector that comes with the service, and is off until it is configured. */
  @Test
  void startsWhatWasShippedAndIsNoCapabilityAndReplacesIt() throws Exception {
    rig.drop(rig.toys.plain("acme.scan", "1.0.0", Map.of()), rig.shipped, "acme.scan.jar");
    rig.start();
    assertThat(rig.bundles("acme.scan").getFirst().getState()).isEqualTo(Bundle.ACTIVE);
    rig.drop(rig.toys.plain("acme.scan", "2.0.0", Map.of()), "scan.jar");
    rig.eventually(() -> rig.versions("acme.scan").equals(List.of("2.0.0")));
  }

  @Test
  void leavesWhatTheLauncherStartedToIt() throws Exception {
    Path jar = rig.drop(rig.toys.plain("acme.lib", "1.0.0", Map.of()), rig.shipped, "acme.lib.jar");
    Bundle installed = rig.framework.context().installBundle(jar.toUri().toString());
    rig.start();
    assertThat(rig.bundles("acme.lib")).containsExactly(installed);
    rig.drop(rig.toys.plain("acme.lib", "2.0.0", Map.of()), "lib.jar");
    assertThat(rig.awaitRefusal("lib.jar")).contains("part of the platform");
  }
}
