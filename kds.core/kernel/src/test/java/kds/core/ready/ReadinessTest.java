package kds.core.ready;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;
import kds.api.host.TrustedFiles;
import kds.core.testing.Framework;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.condition.Condition;
import org.yaml.snakeyaml.Yaml;

class ReadinessTest {
  private static final String READY = "(osgi.condition.id=kds.ready)";
  private static final long PID = ProcessHandle.current().pid();

  @TempDir Path folder;

  @Test
  void theFileIsThereWhileTheDoorListens() throws Exception {
    Path file = Files.writeString(folder.resolve("ready"), "from a life that was killed");
    try (Framework framework = framework(folder)) {
      assertThat(file).doesNotExist();
      var door = listen(framework, 4902);
      assertThat(file).hasContent("{\"port\":4902,\"pid\":" + PID + "}\n");
      door.setProperties(properties(4903));
      assertThat(file).hasContent("{\"port\":4903,\"pid\":" + PID + "}\n");
      assertThat(framework.has(Condition.class.getName(), READY)).isTrue();
      door.unregister();
      assertThat(file).doesNotExist();
      assertThat(framework.has(Condition.class.getName(), READY)).isFalse();
      listen(framework, 4904);
      assertThat(file).exists();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatIsMissingHarmsNobody() {
    try (Framework framework = framework(folder.resolve("missing"))) {
      listen(framework, 4902);
      assertThat(folder).isEmptyDirectory();
    }
  }

  private static Framework framework(Path run) {
    Framework framework =
        Framework.with(
                Map.of("kds.run", run.toString(), "kds.config", "/nowhere/config.yaml"),
                "org.apache.felix.hc.api;version=2.0.4")
            .standard();
    framework.install(TrustedFiles.class);
    framework.install(Yaml.class);
    framework.install(Readiness.class);
    Hashtable<String, Object> deployed =
        new Hashtable<>(Map.of(Condition.CONDITION_ID, "kds.deployed"));
    framework.context().registerService(Condition.class, Condition.INSTANCE, deployed);
    return framework;
  }

  private static ServiceRegistration<Condition> listen(Framework framework, int port) {
    return framework
        .context()
        .registerService(Condition.class, Condition.INSTANCE, properties(port));
  }

  private static Hashtable<String, Object> properties(int port) {
    return new Hashtable<>(Map.of(Condition.CONDITION_ID, "kds.listening", "kds.port", port));
  }
}
