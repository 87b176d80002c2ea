package kds.core.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files with something wrong, saved over a good one: each is refused with place, key, reason and
 * remedy, the component goes on with what it had, and the next good file is taken.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadFilesTest {
  private static final String GOOD = "port: 4902\ntoy:\n  count: 7\n";

  private Path folder;
  private Kernel kernel;
  private BlockingQueue<Map<String, Object>> diary;
  private int round;

  @BeforeAll
  void startWithAToy(@TempDir Path temporary) throws Exception {
    folder = temporary;
    kernel = Kernel.prepare(folder);
    kernel.framework.toy("acme.toy").classes(Toy.class).capability("toy").start();
    kernel.save(GOOD);
    kernel.start();
    diary = kernel.toy();
    assertThat(kernel.next(diary)).containsEntry("count", 7);
  }

  @AfterAll
  void close() {
    kernel.close();
  }

  /** The control: a good file is still taken, by the same component. */
  @AfterEach
  void aGoodFileIsStillTaken() throws Exception {
    kernel.save("toy: {count: 7, big: " + ++round + "}\n");
    assertThat(kernel.next(diary))
        .containsEntry("big", (long) round)
        .containsEntry("activations", 1);
    kernel.awaitOk();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kds.core.config.BadTexts#all")
  void refuses(String what, String text, String place, String key, String remedy) throws Exception {
    refuses(text.getBytes(UTF_8), place, key, remedy);
  }

  @Test
  void refusesBytesThatAreNotText() throws Exception {
    refuses("port: 1\napi_host: k\u00e4sm\n".getBytes(ISO_8859_1), "2:12", "", "not UTF-8. Save");
    refuses(GOOD.getBytes(UTF_16), "1:1", "", "UTF-16, not UTF-8. Save it as UTF-8");
    refuses("port: 1\nssl: \0true\n".getBytes(UTF_8), "2:6", "", "U+0000). Remove it");
    refuses("port: \u001b[31m1\n".getBytes(UTF_8), "1:7", "", "U+001B). Remove it");
    refuses(("# " + "x".repeat(300_000) + "\n" + GOOD).getBytes(UTF_8), "", "", "longer than");
  }

  @Test
  void refusesAFileThatOthersCouldChange() throws Exception {
    assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "only root can give a file away");
    refuses(() -> Files.setAttribute(kernel.file, "unix:mode", 0666), "everybody", "chmod go-w");
    refuses(() -> Files.setAttribute(kernel.file, "unix:mode", 0660), "its group", "chmod g-w");
    refuses(() -> Files.setAttribute(kernel.file, "unix:uid", 54321), "54321", "chown -h 0");
    refuses(() -> Files.setAttribute(folder, "unix:mode", 0777), "the folder " + folder, "chmod");
    Files.setAttribute(folder, "unix:mode", 0755);
    refuses(
        () -> {
          Files.delete(kernel.file);
          Files.createDirectory(kernel.file);
        },
        "not a regular file",
        "picked up");
    Files.delete(kernel.file);
  }

  @Test
  void saysAllThatIsWrongNotOnlyTheFirst() throws Exception {
    kernel.save("port: x\nssl: y\ntoy: {count: z, cuont: 1}\n");
    String health = kernel.awaitHealth(h -> h.contains("config.yaml:1:7: port:"));
    assertThat(health).contains(":2:6: ssl:", ":3:14: toy.count:", ":3:17: toy.cuont:");
  }

  @Test
  void acceptsAByteOrderMarkAndWindowsLineEnds() throws Exception {
    kernel.save("\uFEFFport: 4902\r\ntoy:\r\n  count: 8\r\n");
    assertThat(kernel.next(diary)).containsEntry("count", 8);
  }

  @Test
  void onlyWarnsOfWhatNobodyKnows() throws Exception {
    kernel.save("token_cache: secret\nacme.scan: {mode: 1}\ntoyy: {x: 1}\ntoy: {count: 9}\n");
    assertThat(kernel.next(diary)).containsEntry("count", 9);
    String health = kernel.awaitHealth(h -> h.contains("toyy"));
    assertThat(health)
        .startsWith("WARN")
        .contains(":1:1: token_cache:", ":2:1: acme.scan:", ":3:1: toyy:", "Did you mean toy?")
        .doesNotContain("secret");
  }

  private interface Harm {
    void done() throws Exception;
  }

  private void refuses(Harm harm, String why, String remedy) throws Exception {
    kernel.save(GOOD.replace("7", Integer.toString(1 + round++ % 6)));
    kernel.next(diary);
    harm.done();
    kernel.awaitHealth(h -> h.startsWith("CRITICAL") && h.contains(why) && h.contains(remedy));
    assertThat(diary).isEmpty();
    if (why.contains("folder")) {
      Files.setAttribute(folder, "unix:mode", 0755);
    }
    if (Files.isDirectory(kernel.file)) {
      Files.delete(kernel.file);
    }
    kernel.save("# mended\n" + Files.readString(existing()));
    kernel.awaitOk();
    diary.clear();
  }

  private Path existing() throws Exception {
    return Files.exists(kernel.file) ? kernel.file : Files.writeString(kernel.file, GOOD);
  }

  private void refuses(byte[] bytes, String place, String key, String remedy) throws Exception {
    kernel.save(bytes);
    String head = "config.yaml:" + (place.isEmpty() ? " " : place);
    String health = kernel.awaitHealth(h -> h.startsWith("CRITICAL"));
    assertThat(health)
        .contains(head, remedy, "The configuration from before stays in effect")
        .contains(key.isEmpty() ? "" : " " + key + ": ");
    assertThat(diary).isEmpty();
    assertThat(kernel.hasToy()).isTrue();
    kernel.save("# " + ++round + "\n" + GOOD);
    kernel.awaitOk();
    diary.clear();
  }
}
