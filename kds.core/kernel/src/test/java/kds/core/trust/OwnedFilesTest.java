package kds.core.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedFilesTest {
  private static final int STRANGER = 54321;

  @TempDir Path folder;
  private Path file;
  private final OwnedFiles gate = new OwnedFiles();

  @BeforeEach
  void makeAFile() throws IOException {
    mode(folder, "rwxr-xr-x");
    Path inner = Files.createDirectory(folder.resolve("inner"));
    mode(inner, "rwxr-xr-x");
    file = Files.writeString(inner.resolve("key.pem"), "secret");
    mode(file, "rw-r--r--");
  }

  @Test
  void readsAFileThatOnlyTheServiceCanWrite() throws Exception {
    assertThat(gate.read(file, 100)).asString().isEqualTo("secret");
    assertThat(gate.read(file, 6)).hasSize(6);
  }

  @Test
  void acceptsAnOwnFolderBelowAStickyOneOfRoot() throws Exception {
    assumeTrue(folder.startsWith("/tmp"), "the temporary folder is not /tmp on this machine");
    assertThat(Entry.of(Path.of("/tmp")).isSticky()).isTrue();
    gate.check(folder);
  }

  @Test
  void refusesAStickyFolderItselfBecauseAnybodyCanAddToIt() throws Exception {
    chmod(folder.resolve("inner"), 01777);
    gate.check(file);
    refuses(folder.resolve("inner"), Reason.DENIED, "everybody", "chmod go-w");
  }

  @Test
  void refusesAFileThatOthersCanWrite() throws Exception {
    mode(file, "rw-r--rw-");
    refuses(file, Reason.DENIED, file.toString(), "everybody", "mode 0646", "chmod go-w " + file);
  }

  @Test
  void refusesAFileThatItsGroupCanWrite() throws Exception {
    mode(file, "rw-rw-r--");
    refuses(file, Reason.DENIED, "its group", "chmod g-w " + file);
  }

  @Test
  void refusesAFileInAFolderThatOthersCanWriteAndNamesTheFolder() throws Exception {
    mode(folder, "rwxrwxrwx");
    refuses(file, Reason.DENIED, "the folder " + folder, "everybody");
  }

  @Test
  void refusesAFileOfAnotherUser() throws Exception {
    give(file);
    refuses(file, Reason.DENIED, "belongs to the user with number " + STRANGER, "chown");
  }

  @Test
  void refusesAFileInAFolderOfAnotherUser() throws Exception {
    give(folder.resolve("inner"));
    refuses(file, Reason.DENIED, "the folder " + folder.resolve("inner"));
  }

  @Test
  void refusesAnotherUsersFileInAStickyFolder() throws Exception {
    chmod(folder.resolve("inner"), 01777);
    give(file);
    refuses(file, Reason.DENIED, "belongs to");
  }

  @Test
  void followsALinkOfItsOwn() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("inner/key.pem"));
    assertThat(gate.read(link, 100)).asString().isEqualTo("secret");
    Path dotted = folder.resolve("inner/../link");
    assertThat(gate.read(dotted, 100)).asString().isEqualTo("secret");
  }

  @Test
  void refusesALinkOfAnotherUser() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    give(link);
    refuses(link, Reason.DENIED, "belongs to");
  }

  @Test
  void refusesALinkWhoseTargetLiesInAnUntrustedFolder() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Path target = Files.writeString(open.resolve("target"), "x");
    mode(open, "rwxrwxrwx");
    Path link = Files.createSymbolicLink(folder.resolve("inner/link"), target);
    refuses(link, Reason.DENIED, "the folder " + open);
    Path up = Files.createSymbolicLink(folder.resolve("inner/up"), open.resolve("../inner"));
    refuses(up.resolve("key.pem"), Reason.DENIED, "the folder " + open);
  }

  @Test
  void refusesLinksInACircle() throws Exception {
    Path link = folder.resolve("circle");
    Files.createSymbolicLink(link, link);
    refuses(link, Reason.UNSAFE_PATH, "too many links");
  }

  @Test
  void saysWhatIsMissing() {
    refuses(folder.resolve("no/file"), Reason.NOT_FOUND, "there is no " + folder.resolve("no"));
    refuses(file.resolve("below"), Reason.NOT_FOUND, "is not a folder");
  }

  @Test
  void readsNeitherFoldersNorFilesThatAreTooLong() {
    assertThatThrownBy(() -> gate.read(folder, 10))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.reason()).isEqualTo(Reason.WRONG_KIND));
    assertThatThrownBy(() -> gate.read(file, 5))
        .isInstanceOfSatisfying(
            HostException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void trustsTheServicesOwnUserWhenItIsNotRootButNoThirdOne() throws Exception {
    give(file);
    new OwnedFiles(new Self(STRANGER, STRANGER)).check(file);
    OwnedFiles third = new OwnedFiles(new Self(STRANGER + 1, STRANGER));
    assertThatThrownBy(() -> third.check(file)).hasMessageContaining("belongs to");
  }

  @Test
  void aGroupThatIsNotInTheLocalFilesIsNotPrivate() {
    assertThat(new Self(STRANGER, STRANGER).hasPrivateGroup(STRANGER)).isFalse();
    assertThat(new Self(0, 0).hasPrivateGroup(0)).isFalse();
  }

  private void refuses(Path path, Reason reason, String... words) {
    assertThatThrownBy(() -> gate.check(path))
        .isInstanceOfSatisfying(HostException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContainingAll(words);
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static void chmod(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  private static void give(Path path) throws IOException {
    assumeTrue(Self.read().uid() == 0, "only root can give a file away");
    Files.setAttribute(path, "unix:uid", STRANGER, java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }
}
