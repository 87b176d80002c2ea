package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceEvent;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** When components may exist: switches, and the order of configuration and conditions. */
class ConditionsTest {
  private static final String CONDITION = "org.osgi.service.condition.Condition";

  @TempDir Path folder;

  private Kernel kernel;

  private Bundle toy;

  @BeforeEach
  void prepare() throws Exception {
    kernel = Kernel.prepare(folder);
    toy = kernel.framework.toy("acme.toy").classes(Toy.class).capability("toy").start();
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  @Test
  void noComponentExistsBeforeItsConfigurationIsThere() throws Exception {
    kernel.start();
    kernel.awaitHealth(health -> health.contains("There is no such file. Create it"));
    assertThat(kernel.hasToy()).isFalse();
    assertThat(hasCondition("kds.http")).isFalse();

    kernel.save("toy: {count: 1x}\n");
    String health = kernel.awaitHealth(h -> h.contains("toy.count"));
    assertThat(health).contains("The service does nothing until it is mended");
    assertThat(kernel.hasToy()).isFalse();

    kernel.save("toy: {count: 7}\n");
    assertThat(kernel.next(kernel.toy())).containsEntry("count", 7);
    assertThat(hasCondition("kds.http")).isTrue();
    assertThat(hasCondition("kds.config")).isTrue();
  }

  @Test
  void aComponentNeverSeesItsDefaultsFirst() throws Exception {
    kernel.save("toy: {count: 7}\n");
    kernel.start();
    for (int round = 1; round <= 30; round++) {
      assertThat(kernel.next(kernel.toy()))
          .containsEntry("count", 7)
          .containsEntry("activations", round);
      var gone = goneToy();
      kernel.stop();
      gone.get(20, TimeUnit.SECONDS);
      for (Configuration left : configurations()) {
        left.delete();
      }
      kernel.restart();
    }
  }

  @Test
  void aSwitchInTheFileEndsAndMakesTheComponent() throws Exception {
    kernel.save("toy: {count: 7}\n");
    kernel.start();
    kernel.next(kernel.toy());
    var gone = goneToy();
    kernel.save("toy: {count: 7}\ncapabilities: {toy: off}\n");
    gone.get(20, TimeUnit.SECONDS);
    assertThat(hasCondition("kds.http")).isTrue();

    kernel.save("toy: {count: 8}\ncapabilities: {toy: \"on\"}\n");
    assertThat(kernel.next(kernel.toy())).containsEntry("count", 8).containsEntry("activations", 2);
  }

  @Test
  void aSwitchIsWrittenIntoTheFileAndOutlivesARestart() throws Exception {
    kernel.save("# mine\ntoy:   {count: 7}   # seven\n");
    kernel.start();
    kernel.next(kernel.toy());
    var gone = goneToy();
    turn("toy", false);
    gone.get(20, TimeUnit.SECONDS);
    assertThat(kernel.file)
        .hasContent("# mine\ntoy:   {count: 7}   # seven\ncapabilities:\n  toy: \"off\"\n");

    kernel.stop();
    kernel.restart();
    kernel.awaitOk();
    assertThat(kernel.hasToy()).isFalse();
    turn("toy", true);
    assertThat(kernel.next(kernel.toy())).containsEntry("count", 7);
    assertThat(kernel.file)
        .hasContent("# mine\ntoy:   {count: 7}   # seven\ncapabilities:\n  toy: \"on\"\n");
  }

  @Test
  void anUnknownCapabilityCannotBeSwitched() throws Exception {
    kernel.save("port: 1\n");
    kernel.start();
    kernel.next(kernel.toy());
    assertThatThrownBy(() -> turn("tyo", false))
        .hasRootCauseInstanceOf(IllegalArgumentException.class)
        .hasRootCauseMessage("There is no capability 'tyo'. There are: toy.");
  }

  @Test
  void aCapabilityThatComesLaterGetsItsCondition() throws Exception {
    kernel.save("port: 1\ncapabilities: {late: off}\n");
    kernel.start();
    kernel.next(kernel.toy());
    kernel.framework.toy("acme.other").classes(Toy.class).capability("other").start();
    kernel.framework.service(
        org.osgi.service.condition.Condition.class, "(osgi.condition.id=kds.other)");
    kernel.framework.toy("acme.late").classes(Toy.class).capability("late").start();
    kernel.save("port: 1\n");
    kernel.framework.service(
        org.osgi.service.condition.Condition.class, "(osgi.condition.id=kds.late)");
  }

  @Test
  void aBlockIsCheckedAgainWhenItsBundleComes() throws Exception {
    toy.uninstall();
    kernel.save("toy: {cuont: 1}\n");
    kernel.start();
    kernel.awaitHealth(h -> h.startsWith("WARN") && h.contains("No installed bundle knows this"));
    kernel.framework.toy("acme.toy").version("2.0.0").classes(Toy.class).capability("toy").start();
    kernel.awaitHealth(h -> h.startsWith("CRITICAL") && h.contains("Did you mean count?"));
  }

  @Test
  void leavesConfigurationsOfOthersAlone() throws Exception {
    ConfigurationAdmin admin = kernel.framework.service(ConfigurationAdmin.class);
    admin.getConfiguration("acme.other", "?").update(new Hashtable<>(Map.of("a", 1)));
    admin.getConfiguration("acme.same", "?").update(new Hashtable<>(Map.of("a", 1)));
    kernel.save("acme.same: {a: 2}\nacme.mine: {a: 2}\n");
    kernel.start();
    kernel.awaitOk();
    assertThat(properties("acme.mine")).containsEntry("a", 2L);
    kernel.save("port: 1\n");
    kernel.awaitHealth(h -> !h.startsWith("WARN") && h.contains("in effect"));
    assertThat(properties("acme.other")).containsEntry("a", 1);
    assertThat(properties("acme.same")).containsEntry("a", 1);
    assertThat(properties("acme.mine")).isEmpty();
  }

  @Test
  void bundlesWithBrokenDescriptionsKeepNobodyFromStarting() throws Exception {
    described(
        "acme.nothing", "<Designate pid=\"acme.nothing\"><Object ocdref=\"no\"/></Designate>");
    described(
        "acme.bounds",
        "<OCD id=\"o\" name=\"o\"><AD id=\"a\" type=\"Integer\" min=\"few\" max=\"5\"/></OCD>"
            + "<Designate pid=\"acme.bounds\"><Object ocdref=\"o\"/></Designate>");
    kernel.save("toy: {count: 7}\nacme.bounds: {a: 3}\n");
    kernel.start();
    assertThat(kernel.next(kernel.toy())).containsEntry("count", 7);
    assertThat(properties("acme.bounds")).containsEntry("a", 3);
    kernel.save("toy: {count: 7}\nacme.bounds: {a: 6}\n");
    kernel.awaitHealth(h -> h.startsWith("CRITICAL") && h.contains("acme.bounds.a: '6' is out of"));
  }

  private void described(String name, String metatype) throws Exception {
    Path file = folder.resolve(name + ".xml");
    Files.writeString(
        file,
        "<metatype:MetaData xmlns:metatype=\"http://www.osgi.org/xmlns/metatype/v1.2.0\">"
            + metatype
            + "</metatype:MetaData>");
    kernel
        .framework
        .toy(name)
        .header("-includeresource", "OSGI-INF/metatype/" + name + ".xml=" + file)
        .start();
  }

  @Test
  void feedsTheDocumentedDefaults() throws Exception {
    Files.writeString(kernel.file, "debug: false\n");
    kernel.start();
    kernel.awaitOk();
    assertThat(properties("kds.http"))
        .containsEntry("ssl", true)
        .containsEntry("port", 4902)
        .containsEntry("server.private.key", "/etc/kasm-desktop-service/certs/key.pem");
    assertThat(properties("kds.transfer"))
        .containsEntry("multi.user", true)
        .containsEntry("user.sso", false)
        .containsEntry("upload.dir", "/opt/kasm-desktop-service/Upload");
    assertThat(properties("kds.workspaces"))
        .containsEntry("api.port", 443)
        .containsEntry("registered", false);
  }

  private boolean hasCondition(String id) {
    return kernel.framework.has(CONDITION, "(osgi.condition.id=" + id + ")");
  }

  private CompletableFuture<Void> goneToy() throws Exception {
    CompletableFuture<Void> gone = new CompletableFuture<>();
    kernel
        .framework
        .context()
        .addServiceListener(
            event -> {
              if (event.getType() == ServiceEvent.UNREGISTERING) {
                gone.complete(null);
              }
            },
            "(&(objectClass=" + BlockingQueue.class.getName() + ")(toy=1))");
    return gone;
  }

  /** The kernel's own services are of types that nobody else sees. */
  private void turn(String name, boolean on) throws Exception {
    var context = kernel.framework.context();
    var reference = context.getAllServiceReferences("kds.core.config.CapabilitySwitches", null)[0];
    Object service = context.getService(reference);
    try {
      service.getClass().getMethod("turn", String.class, boolean.class).invoke(service, name, on);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private Configuration[] configurations() throws Exception {
    Configuration[] all =
        kernel.framework.service(ConfigurationAdmin.class).listConfigurations(null);
    return all == null ? new Configuration[0] : all;
  }

  private Map<String, Object> properties(String pid) throws Exception {
    for (Configuration configuration : configurations()) {
      if (configuration.getPid().equals(pid)) {
        Dictionary<String, Object> properties = configuration.getProperties();
        Map<String, Object> all = new java.util.TreeMap<>();
        for (String key : java.util.Collections.list(properties.keys())) {
          all.put(key, properties.get(key));
        }
        return all;
      }
    }
    return Map.of();
  }
}
