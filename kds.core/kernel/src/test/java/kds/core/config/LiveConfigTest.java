package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits of the file, and what a component sees of them. */
class LiveConfigTest {
  @TempDir Path folder;
  private Kernel kernel;
  private BlockingQueue<Map<String, Object>> diary;

  @BeforeEach
  void startWithAToy() throws Exception {
    kernel = Kernel.prepare(folder);
    kernel.framework.toy("acme.toy").classes(Toy.class).capability("toy").start();
    kernel.save("port: 4902\ntoy:\n  count: 7\n");
    kernel.start();
    diary = kernel.toy();
    assertThat(kernel.next(diary)).containsEntry("count", 7).containsEntry("activations", 1);
  }

  @AfterEach
  void close() {
    kernel.close();
  }

  @Test
  void changesAComponentWithoutEverRestartingIt() throws Exception {
    change("toy: {count: 8}", "count", 8);
    change("toy: {count: 8, flag: off}", "flag", false);
    change("toy: {count: 8, flag: \"yes\"}", "flag", true);
    change("toy: {on_conflict: reject}", "on_conflict", "reject");
    change("toy: {max_upload_size: 10GiB}", "max_upload_size", "10GiB");
    change("toy: {max_upload_size: 4096}", "max_upload_size", "4096");
    change("toy: {budget: 200000}", "budget", "200000");
    change("toy: {time_out: 1.5h}", "time_out", "1.5h");
    change("toy: {label: off}", "label", "off");
    change("toy: {label: 012}", "label", "012");
    change("toy: {hosts: [a.example, b.example]}", "hosts", List.of("a.example", "b.example"));
    change("toy: {hosts: only.example}", "hosts", List.of("only.example"));
    change("toy: {ports: [1, 2, 65535]}", "ports", List.of(1, 2, 65535));
    change("toy: {big: 9223372036854775807}", "big", Long.MAX_VALUE);
    change("toy: {ratio: 0.25}", "ratio", 0.25);
    change("toy: {brute_force: {attempts: 9}}", "brute_force_attempts", 9);
    change("toy: {brute_force: {enabled: no}}", "brute_force_enabled", false);
    change("toy: {brute_force_attempts: 4}", "brute_force_attempts", 4);
    change("kds.toy: {count: 2}", "count", 2);
  }

  @Test
  void aBlockThatVanishesGivesTheDefaultsBackWithoutARestart() throws Exception {
    kernel.save("port: 4902\n");
    assertThat(kernel.next(diary)).containsEntry("count", 3).containsEntry("activations", 1);
    change("toy: {count: 5}", "count", 5);
  }

  @Test
  void tellsNobodyWhenNothingChangedForHim() throws Exception {
    kernel.save("# a comment\nport: 4903\ntoy:\n  count: 0x\n");
    kernel.awaitHealth(health -> health.contains("toy.count"));
    kernel.save("port: 4903   # moved\ntoy: {hosts: [], count: 7}\ndebug: true\n");
    assertThat(kernel.next(diary)).containsEntry("count", 7);
    kernel.save("port: 4904   # moved\ntoy: {hosts: [], count: 7}\ndebug: true\n");
    change("toy: {hosts: [], count: 6}", "count", 6);
    assertThat(diary).isEmpty();
  }

  @Test
  void takesAFileThatIsWrittenInPlaceInSteps() throws Exception {
    Files.writeString(kernel.file, "toy:\n  label: \"half");
    kernel.awaitHealth(health -> health.contains("config.yaml:2:"));
    assertThat(diary).isEmpty();
    Files.writeString(kernel.file, "toy:\n  label: \"half and half\"\n");
    assertThat(kernel.next(diary)).containsEntry("label", "half and half");
  }

  @Test
  void followsALinkThatIsPointedElsewhere() throws Exception {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    Files.writeString(first.resolve("config.yaml"), "toy: {count: 4}\n");
    Files.writeString(second.resolve("config.yaml"), "toy: {count: 5}\n");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), Path.of("first"));
    Path link = Files.createSymbolicLink(folder.resolve("new"), Path.of("..data/config.yaml"));
    Files.move(link, kernel.file, StandardCopyOption.ATOMIC_MOVE);
    assertThat(kernel.next(diary)).containsEntry("count", 4);

    Path swap = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("second"));
    Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE);
    assertThat(kernel.next(diary)).containsEntry("count", 5);

    Files.writeString(second.resolve("config.yaml"), "toy: {count: 6}\n");
    assertThat(kernel.next(diary)).containsEntry("count", 6).containsEntry("activations", 1);
  }

  @Test
  void followsAFolderThatIsExchanged() throws Exception {
    Path etc = Files.createDirectory(folder.resolve("etc"));
    Files.writeString(etc.resolve("config.yaml"), "toy: {count: 4}\n");
    Path link = Files.createSymbolicLink(folder.resolve("new"), Path.of("etc/config.yaml"));
    Files.move(link, kernel.file, StandardCopyOption.ATOMIC_MOVE);
    assertThat(kernel.next(diary)).containsEntry("count", 4);

    Path next = Files.createDirectory(folder.resolve("next"));
    Files.writeString(next.resolve("config.yaml"), "toy: {count: 5}\n");
    Files.move(etc, folder.resolve("old"), StandardCopyOption.ATOMIC_MOVE);
    Files.move(next, etc, StandardCopyOption.ATOMIC_MOVE);
    assertThat(kernel.next(diary)).containsEntry("count", 5);
    Files.writeString(etc.resolve("config.yaml"), "toy: {count: 6}\n");
    assertThat(kernel.next(diary)).containsEntry("count", 6).containsEntry("activations", 1);
  }

  @Test
  void keepsRunningWhileTheFileIsGoneAndTakesTheNextOne() throws Exception {
    Files.delete(kernel.file);
    kernel.awaitHealth(health -> health.contains("There is no such file"));
    assertThat(diary).isEmpty();
    assertThat(kernel.hasToy()).isTrue();
    change("toy: {count: 9}", "count", 9);
  }

  @Test
  void refusesAFileOnceItsModeIsWrongAndTakesItWhenThatIsMended() throws Exception {
    Files.setAttribute(kernel.file, "unix:mode", 0666);
    kernel.awaitHealth(health -> health.contains("can be written to by everybody"));
    Files.setAttribute(kernel.file, "unix:mode", 0600);
    kernel.awaitOk();
    assertThat(diary).isEmpty();
  }

  private void change(String text, String key, Object value) throws Exception {
    kernel.save(text + "\n");
    assertThat(kernel.next(diary)).containsEntry(key, value).containsEntry("activations", 1);
  }
}
