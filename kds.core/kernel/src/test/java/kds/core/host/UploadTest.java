package kds.core.host;

import static kds.core.host.Host.direct;
import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static kds.core.host.Host.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Once with files that have no name until published, once with such that need a hidden one. */
@ParameterizedClass(name = "named = {0}")
@ValueSource(booleans = {false, true})
class UploadTest {
  private static TestUser user;
  private static Host host;
  private static HostFolder folder;

  @Parameter boolean named;

  @BeforeParameterizedClassInvocation
  static void enter(boolean named) throws Exception {
    user = TestUser.make();
    host = new Host(named);
    folder = host.downloads(user);
  }

  @AfterParameterizedClassInvocation
  static void leave() {
    if (host != null) {
      folder.close();
      host.close();
    }
    if (user != null) {
      user.close();
    }
  }

  @AfterEach
  void nothingHiddenIsLeft() throws Exception {
    assertThat(hidden()).isEmpty();
  }

  private static List<Path> hidden() throws Exception {
    try (Stream<Path> all = Files.walk(user.home())) {
      return all.filter(path -> path.getFileName().toString().startsWith(".kds-")).toList();
    }
  }

  @Test
  void givesTheFileToTheUserAloneInFoldersOfHisOwn() throws Exception {
    write(folder, "a/b/c/file", "content");
    assertThat(read(folder, "a/b/c/file")).isEqualTo("content");
    assertThat(user.sh("cd Downloads; stat -c '%U %G %a %s' a a/b a/b/c/file | sed 's/ [0-9]*$//'"))
        .isEqualTo("%1$s %1$s 700\n%1$s %1$s 700\n%1$s %1$s 600\n".formatted(user.name()));
  }

  @Test
  void showsNothingBeforeItIsPublished() throws Exception {
    try (HostUpload upload = folder.create("unseen", -1)) {
      upload.write(direct("abc"));
      upload.sync();
      assertThat(upload.size()).isEqualTo(3);
      assertThat(folder.list("", 100).entries()).noneMatch(e -> e.name().contains("unseen"));
      assertThat(folder.list("", 100).entries()).noneMatch(e -> e.name().contains("kds"));
      assertThat(hidden()).hasSize(named ? 1 : 0);
      upload.write(direct("def"));
      upload.publish("seen", false);
    }
    assertThat(read(folder, "seen")).isEqualTo("abcdef");
  }

  @Test
  void discardsWhatIsNotPublishedAndGivesTheSpaceBack() throws Exception {
    FileStore store = Files.getFileStore(user.home());
    long before = store.getUsableSpace();
    HostUpload upload = folder.create("big", 1L << 30);
    assertThat(before - store.getUsableSpace()).isGreaterThan(900L << 20);
    upload.close();
    assertThat(before - store.getUsableSpace()).isLessThan(500L << 20);
    assertThat(refusal(() -> folder.open("big"))).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void neverOverwritesUnasked() throws Exception {
    write(folder, "taken", "first");
    try (HostUpload upload = folder.create("taken", 6)) {
      upload.write(direct("second"));
      assertThat(refusal(() -> upload.publish("taken", false))).isEqualTo(Reason.EXISTS);
      upload.publish("taken (1)", false);
    }
    assertThat(read(folder, "taken")).isEqualTo("first");
    assertThat(read(folder, "taken (1)")).isEqualTo("second");
  }

  @Test
  void replacesAFileAsAWholeWhileReadersKeepTheOldOne() throws Exception {
    write(folder, "report", "old");
    try (HostFile old = folder.open("report")) {
      write(folder, "report", "brand new", true);
      ByteBuffer into = ByteBuffer.allocateDirect(16);
      assertThat(old.read(into, 0)).isEqualTo(3);
    }
    assertThat(read(folder, "report")).isEqualTo("brand new");
    write(folder, "not there yet", "x", true);
    assertThat(read(folder, "not there yet")).isEqualTo("x");
  }

  @Test
  void replacesNothingButRegularFiles() throws Exception {
    user.sh("cd Downloads; mkdir dir; mkfifo fifo; printf x > ../target; ln -s ../target link");
    for (String name : List.of("dir", "fifo", "link")) {
      assertThat(refusal(() -> write(folder, name, "new", true)))
          .describedAs(name)
          .isEqualTo(Reason.EXISTS);
      assertThat(refusal(() -> write(folder, name, "new", false)))
          .describedAs(name)
          .isEqualTo(Reason.EXISTS);
    }
    assertThat(user.sh("cat target")).isEqualTo("x");
  }

  @Test
  void replacesANameNotTheFileThatAnotherNameSharesWithIt() throws Exception {
    user.sh("printf precious > original; ln original Downloads/hard");
    write(folder, "hard", "new", true);
    assertThat(user.sh("cat original")).isEqualTo("precious");
  }

  @Test
  void cutsTheFileToWhatWasWritten() throws Exception {
    try (HostUpload upload = folder.create("short", 1 << 20)) {
      upload.write(direct("little"));
      upload.publish("short", false);
    }
    user.sh("test $(stat -c %s Downloads/short) = 6; test $(stat -c %b Downloads/short) -le 16");
    try (HostUpload upload = folder.create("grown", -1)) {
      for (int i = 0; i < 100; i++) {
        upload.write(ByteBuffer.allocateDirect(10_000));
      }
      upload.publish("grown", false);
    }
    user.sh(
        "test $(stat -c %s Downloads/grown) = 1000000; test $(stat -c %b Downloads/grown) -le 1968");
  }

  @Test
  void takesAnEmptyFile() throws Exception {
    write(folder, "empty", "");
    assertThat(user.sh("stat -c '%s %a' Downloads/empty").trim()).isEqualTo("0 600");
  }

  @Test
  void saysAtOnceWhenItCannotFit() throws Exception {
    assertThat(refusal(() -> folder.create("huge", 500L << 40)))
        .isIn(Reason.NO_SPACE, Reason.TOO_LARGE);
    assertThat(refusal(() -> folder.create("huge", Long.MAX_VALUE)))
        .isIn(Reason.NO_SPACE, Reason.TOO_LARGE);
  }

  @Test
  void refusesFoldersTheUserMayNotWrite() throws Exception {
    user.sh("mkdir Downloads/ro; chmod 500 Downloads/ro; printf x > Downloads/plain");
    assertThat(refusal(() -> write(folder, "ro/x", "x"))).isEqualTo(Reason.DENIED);
    assertThat(refusal(() -> write(folder, "ro/deep/x", "x"))).isEqualTo(Reason.DENIED);
    assertThat(refusal(() -> write(folder, "plain/x", "x"))).isEqualTo(Reason.WRONG_KIND);
    assertThat(refusal(() -> write(folder, "plain/y/x", "x"))).isEqualTo(Reason.WRONG_KIND);
  }

  @Test
  void refusesANameThatIsNoneWhenPublishing() throws Exception {
    try (HostUpload upload = folder.create("fine", 1)) {
      upload.write(direct("x"));
      for (String name : List.of("..", ".", "", "a/b", "/x", "a\0b", "\ud800")) {
        assertThat(refusal(() -> upload.publish(name, true)))
            .describedAs(name)
            .isEqualTo(Reason.UNSAFE_PATH);
      }
      assertThat(refusal(() -> upload.publish("n".repeat(256), true)))
          .isEqualTo(Reason.NAME_TOO_LONG);
      upload.publish("fine", false);
      assertThatThrownBy(() -> upload.publish("twice", false))
          .isInstanceOf(IllegalStateException.class);
    }
    assertThat(refusal(() -> folder.open("twice"))).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void refusesToGoOnAfterClosing() throws Exception {
    HostUpload upload = folder.create("closed", 1);
    upload.close();
    upload.close();
    assertThat(refusal(() -> upload.write(direct("x")))).isEqualTo(Reason.IO);
    assertThat(refusal(() -> upload.publish("closed", false))).isEqualTo(Reason.IO);
  }
}
