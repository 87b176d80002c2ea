package kds.core.host;

import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static kds.core.host.Host.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFolderTest {
  @TempDir Path base;
  private Host host;
  private Path shared;
  private HostFolder folder;

  @BeforeEach
  void enter() throws Exception {
    shared = Files.createDirectory(base.resolve("Upload"));
    host = new Host();
    folder = host.files.enterShared(shared);
  }

  @AfterEach
  void leave() {
    folder.close();
    host.close();
  }

  @Test
  void givesFilesThatEverybodyMayRead() throws Exception {
    write(folder, "a/file", "for all");
    assertThat(read(folder, "a/file")).isEqualTo("for all");
    assertThat(TestUser.run("stat", "-c", "%a %u", shared + "/a", shared + "/a/file"))
        .isEqualTo("755 %1$d\n644 %1$d\n".formatted(host.users.self().uid()));
  }

  @Test
  void readsNothingThatHasASecondName() throws Exception {
    Path secret = Files.writeString(base.resolve("secret"), "secret");
    Files.createLink(shared.resolve("linked"), secret);
    Files.createSymbolicLink(shared.resolve("symlinked"), secret);
    assertThat(refusal(() -> folder.open("linked"))).isEqualTo(Reason.UNSAFE_PATH);
    assertThat(refusal(() -> folder.open("symlinked"))).isEqualTo(Reason.UNSAFE_PATH);
    assertThat(folder.list("", 10).entries()).isEmpty();
    assertThat(folder.list("", 10).leftOut()).isEqualTo(2);
  }

  @Test
  void crossesNoMountPoint() throws Exception {
    TestUser.requireRoot();
    Path outside = Files.createDirectory(base.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    Path inside = Files.createDirectory(shared.resolve("mounted"));
    TestUser.run("mount", "--bind", outside.toString(), inside.toString());
    try {
      assertThat(refusal(() -> folder.open("mounted/secret"))).isEqualTo(Reason.UNSAFE_PATH);
      assertThat(refusal(() -> folder.list("mounted", 10))).isEqualTo(Reason.UNSAFE_PATH);
      assertThat(refusal(() -> write(folder, "mounted/x", "x"))).isEqualTo(Reason.UNSAFE_PATH);
      assertThat(folder.list("", 10).entries()).isEmpty();
    } finally {
      TestUser.run("umount", "-l", inside.toString());
    }
    assertThat(folder.list("mounted", 10).entries()).isEmpty();
  }

  @Test
  void saysWhenItIsMissingOrNoFolder() throws Exception {
    Files.writeString(base.resolve("file"), "x");
    assertThat(refusal(() -> host.files.enterShared(base.resolve("missing"))))
        .isEqualTo(Reason.NOT_FOUND);
    assertThat(refusal(() -> host.files.enterShared(base.resolve("file"))))
        .isEqualTo(Reason.WRONG_KIND);
    assertThat(refusal(() -> host.files.enterShared(Path.of("Upload"))))
        .isEqualTo(Reason.UNSAFE_PATH);
  }

  @Test
  void servesFromInsideManyThreadsAtOnce() throws Exception {
    write(folder, "one", "1");
    try (var tasks = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          java.util.stream.IntStream.range(0, 500)
              .mapToObj(i -> tasks.submit(() -> read(folder, "one")))
              .toList();
      for (var answer : answers) {
        assertThat(answer.get()).isEqualTo("1");
      }
    }
  }
}
