package kds.core.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kds.api.host.FileLook;
import kds.api.host.FileLook.Kind;
import kds.api.host.HostException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OperatorFilesTest {
  private static final int STRANGER = 43210;

  @TempDir Path folder;
  private final OwnedFiles files = new OwnedFiles();

  @BeforeEach
  void root() throws IOException {
    assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "run as root");
    mode(folder, "rwxr-xr-x");
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static Path toStranger(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
    return path;
  }

  private FileLook look(String name) throws HostException {
    return files.look(folder.resolve(name), 4).orElseThrow();
  }

  private static String text(FileLook look) {
    return new String(look.beginning(), StandardCharsets.US_ASCII);
  }

  @Test
  void tellsWhatIsThere() throws Exception {
    Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh");
    mode(script, "rwxr-x---");
    Files.createDirectory(folder.resolve("folder"));
    Files.createSymbolicLink(folder.resolve("link"), script);
    Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("none"));
    Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/zero"));
    assertThat(look("script").kind()).isEqualTo(Kind.FILE);
    assertThat(look("script").isExecutable()).isTrue();
    assertThat(look("script").isReadableByAll()).isFalse();
    assertThat(text(look("script"))).isEqualTo("#!/b");
    assertThat(look("link").link()).isTrue();
    assertThat(look("link").kind()).isEqualTo(Kind.FILE);
    assertThat(text(look("link"))).isEqualTo("#!/b");
    assertThat(look("folder").kind()).isEqualTo(Kind.FOLDER);
    assertThat(look("dangling").kind()).isEqualTo(Kind.NOTHING);
    assertThat(look("device").kind()).isEqualTo(Kind.OTHER);
    assertThat(files.look(folder.resolve("none"), 4)).isEmpty();
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void neverOpensWhatSomebodyElseCouldExchangeForAPipe() throws Exception {
    Path home = toStranger(Files.createDirectory(folder.resolve("home")));
    Path his = toStranger(Files.writeString(home.resolve("file"), "#!/bin/sh"));
    Files.createSymbolicLink(folder.resolve("link"), his);
    assertThat(look("link").kind()).isEqualTo(Kind.FILE);
    assertThat(text(look("link"))).as("nothing was read").isEmpty();
    assertThat(text(look("home/file"))).isEmpty();
    Files.delete(his);
    Process made = new ProcessBuilder("mkfifo", his.toString()).inheritIO().start();
    assertThat(made.waitFor()).isZero();
    assertThat(look("link").kind()).isEqualTo(Kind.OTHER);
    assertThat(look("home/file").kind()).isEqualTo(Kind.OTHER);
    // A file of his in a folder that is not his cannot become anything else.
    toStranger(Files.writeString(folder.resolve("read me"), "Read"));
    assertThat(text(look("read me"))).isEqualTo("Read");
  }

  @Test
  void listsAFolderThatNobodyElseCanChange() throws Exception {
    for (String name : List.of("b", "a", ".c")) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(files.names(folder)).containsExactlyInAnyOrder("a", "b", ".c");
    Path link =
        Files.createSymbolicLink(folder.resolveSibling("link-" + folder.getFileName()), folder);
    try {
      assertThat(files.names(link)).hasSize(3);
    } finally {
      Files.delete(link);
    }
    mode(folder, "rwxrwxrwx");
    assertThatThrownBy(() -> files.names(folder)).hasMessageContaining("by everybody");
    mode(folder, "rwxr-xr-x");
    assertReason(HostException.Reason.NOT_FOUND, () -> files.names(folder.resolve("none")));
    assertReason(HostException.Reason.IO, () -> files.names(folder.resolve("a")));
  }

  @Test
  void putsAFileInItsPlaceAndMakesItsFolders() throws Exception {
    Path file = folder.resolve("new/certs/key.pem");
    files.put(file, bytes("one"), true);
    assertThat(file).hasContent("one");
    assertThat(permissions(file)).isEqualTo("rw-------");
    files.put(file, bytes("two"), false);
    assertThat(file).hasContent("two");
    assertThat(permissions(file)).isEqualTo("rw-r--r--");
    try (Stream<Path> all = Files.list(file.getParent())) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void putsNothingWhereSomebodyElseCouldTakeItsPlace() throws Exception {
    Path home = toStranger(Files.createDirectory(folder.resolve("home")));
    assertReason(
        HostException.Reason.DENIED, () -> files.put(home.resolve("key"), bytes("x"), true));
    assertReason(
        HostException.Reason.DENIED, () -> files.put(home.resolve("new/key"), bytes("x"), true));
    Files.createSymbolicLink(folder.resolve("link"), home);
    assertReason(
        HostException.Reason.DENIED,
        () -> files.put(folder.resolve("link/key"), bytes("x"), false));
    assertThat(home).isEmptyDirectory();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static void assertReason(
      HostException.Reason reason, org.assertj.core.api.ThrowableAssert.ThrowingCallable act) {
    assertThatThrownBy(act)
        .isInstanceOfSatisfying(HostException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
