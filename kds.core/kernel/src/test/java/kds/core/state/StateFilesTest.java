package kds.core.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.StateFolder;
import kds.api.host.StateFolder.Durability;
import kds.core.state.Replacement.Step;
import kds.core.trust.OwnedFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateFilesTest {
  private static final int STRANGER = 54321;
  private static final int MOST = 1000;

  @TempDir Path temporary;
  private Path state;

  /** The process dies: nothing of ours runs any more, no clean-up either. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void makeAFolder() throws IOException {
    mode(temporary, "rwxr-xr-x");
    state = temporary.resolve("state");
  }

  @Test
  void keepsFilesForTheServiceAlone() throws Exception {
    StateFolder uploads = life().folder("uploads");
    assertThat(uploads.read("a.json", MOST)).isEmpty();
    uploads.write("a.json", bytes("one"), Durability.MACHINE);
    uploads.write("a.json", bytes("two"), Durability.SERVICE);
    uploads.write("b", bytes(""), Durability.SERVICE);
    assertThat(text(life().folder("uploads"), "a.json")).isEqualTo("two");
    assertThat(life().folder("uploads").names()).containsExactlyInAnyOrder("a.json", "b");
    assertThat(life().folder("runs").names()).isEmpty();
    assertThat(modeOf(state.resolve("uploads"))).isEqualTo("rwx------");
    assertThat(modeOf(state.resolve("uploads/a.json"))).isEqualTo("rw-------");
    assertThat(uploads.delete("b")).isTrue();
    assertThat(uploads.delete("b")).isFalse();
    assertThat(files("uploads")).containsExactly("a.json");
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void aCrashLeavesTheOldFileOrTheNewOneAndNothingElse(Step last) throws Exception {
    life().folder("uploads").write("a", bytes("old"), Durability.MACHINE);
    OwnStateFiles dying =
        life(
            step -> {
              if (step == last) {
                throw new Death();
              }
            });
    StateFolder folder = dying.folder("uploads");
    assertThatThrownBy(() -> folder.write("a", bytes("new"), Durability.MACHINE))
        .isInstanceOf(Death.class);
    if (Arrays.asList(Step.WRITE, Step.SYNC, Step.RENAME).contains(last)) {
      assertThat(files("uploads")).as("what the dead one left").hasSize(2);
    }
    StateFolder after = life().folder("uploads");
    assertThat(text(after, "a")).isEqualTo(last == Step.SYNC_FOLDER ? "new" : "old");
    assertThat(files("uploads")).containsExactly("a");
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void aFailureLeavesNothingBehind(Step failing) throws Exception {
    life().folder("uploads").write("a", bytes("old"), Durability.MACHINE);
    OwnStateFiles files =
        life(
            step -> {
              if (step == failing) {
                throw new IOException("No space left on device");
              }
            });
    StateFolder folder = files.folder("uploads");
    HostException failure =
        catchThrowableOfType(
            HostException.class, () -> folder.write("a", bytes("new"), Durability.MACHINE));
    assertThat(failure.reason()).isEqualTo(Reason.NO_SPACE);
    assertThat(failure).hasMessageContaining("uploads/a").hasMessageContaining("No space left");
    assertThat(text(folder, "a")).isEqualTo(failing == Step.SYNC_FOLDER ? "new" : "old");
    assertThat(files("uploads")).containsExactly("a");
  }

  @Test
  void doesNotTakeAWriteUnderWayForARest() throws Exception {
    List<Integer> seen = new ArrayList<>();
    OwnStateFiles[] self = new OwnStateFiles[1];
    self[0] =
        life(
            step -> {
              if (step == Step.RENAME) {
                try {
                  self[0].folder("uploads");
                } catch (HostException e) {
                  throw new AssertionError(e);
                }
                seen.add(files("uploads").size());
              }
            });
    self[0].folder("uploads").write("a", bytes("new"), Durability.MACHINE);
    assertThat(seen).containsExactly(1);
    assertThat(text(self[0].folder("uploads"), "a")).isEqualTo("new");
  }

  @Test
  void isReadWholeWhileManyWrite() throws Exception {
    StateFolder folder = life().folder("uploads");
    folder.write("a", new byte[500], Durability.SERVICE);
    AtomicInteger broken = new AtomicInteger();
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      byte[] content = new byte[500];
      Arrays.fill(content, (byte) i);
      writers.add(Thread.startVirtualThread(() -> writeOften(folder, content)));
    }
    for (Thread writer : writers) {
      do {
        byte[] read = folder.read("a", MOST).orElseThrow();
        byte[] whole = new byte[500];
        Arrays.fill(whole, read[0]);
        broken.addAndGet(Arrays.equals(read, whole) ? 0 : 1);
      } while (writer.isAlive());
      writer.join();
    }
    assertThat(broken).hasValue(0);
    assertThat(files("uploads")).containsExactly("a");
  }

  private static void writeOften(StateFolder folder, byte[] content) {
    try {
      for (int i = 0; i < 200; i++) {
        folder.write("a", content, Durability.SERVICE);
      }
    } catch (HostException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesAFolderThatOthersCanWrite() throws Exception {
    life().folder("uploads");
    mode(state.resolve("uploads"), "rwxrwxrwx");
    refusesFolder(Reason.DENIED, "everybody", "chmod go-w");
    mode(state.resolve("uploads"), "rwx------");
    mode(state, "rwxrwxrwx");
    refusesFolder(Reason.DENIED, "everybody", "chmod go-w");
    mode(state, "rwxr-xr-x");
    life().folder("uploads");
  }

  @Test
  void refusesWhatBelongsToSomebodyElse() throws Exception {
    assumeRoot();
    StateFolder folder = life().folder("uploads");
    folder.write("a", bytes("text"), Durability.MACHINE);
    Files.setAttribute(state.resolve("uploads/a"), "unix:uid", STRANGER);
    assertThat(reading(folder, "a").reason()).isEqualTo(Reason.DENIED);
    Files.setAttribute(state.resolve("uploads/a"), "unix:uid", 0);
    assertThat(text(folder, "a")).isEqualTo("text");
    Files.setAttribute(state.resolve("uploads"), "unix:uid", STRANGER);
    refusesFolder(Reason.DENIED, String.valueOf(STRANGER), "chown");
  }

  @Test
  void refusesLinksAndWhatIsNoFile() throws Exception {
    StateFolder folder = life().folder("uploads");
    Path secret = Files.writeString(temporary.resolve("secret"), "secret");
    mode(secret, "rw-------");
    Files.createSymbolicLink(state.resolve("uploads/link"), secret);
    assertThat(reading(folder, "link").reason()).isEqualTo(Reason.WRONG_KIND);
    folder.write("link", bytes("mine"), Durability.MACHINE);
    assertThat(secret).as("a link is replaced, not written through").hasContent("secret");
    assertThat(text(folder, "link")).isEqualTo("mine");

    Files.createDirectory(state.resolve("uploads/folder"));
    assertThat(reading(folder, "folder").reason()).isEqualTo(Reason.WRONG_KIND);

    Files.createSymbolicLink(state.resolve("elsewhere"), Files.createTempDirectory("kds-state-"));
    try {
      HostException refused =
          catchThrowableOfType(HostException.class, () -> life().folder("elsewhere"));
      assertThat(refused.reason()).isEqualTo(Reason.WRONG_KIND);
    } finally {
      Files.delete(state.resolve("elsewhere").toRealPath());
    }
  }

  @Test
  void readsNoMoreThanItIsAllowedTo() throws Exception {
    StateFolder folder = life().folder("uploads");
    folder.write("a", new byte[MOST + 1], Durability.SERVICE);
    assertThat(reading(folder, "a").reason()).isEqualTo(Reason.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../a", "a/b", ".hidden", "a b", "ä", "-a", "a\0b"})
  void refusesOtherNames(String name) throws Exception {
    StateFolder folder = life().folder("uploads");
    assertThatIllegalArgumentException().isThrownBy(() -> folder.read(name, MOST));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> folder.write(name, bytes("x"), Durability.SERVICE));
    assertThatIllegalArgumentException().isThrownBy(() -> folder.delete(name));
    assertThatIllegalArgumentException().isThrownBy(() -> life().folder(name));
  }

  @Test
  void tellsTheBootOfTheMachine() throws Exception {
    String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    assertThat(life().boot()).isEqualTo(boot);
  }

  /** One life of the service. */
  private OwnStateFiles life() {
    return life(step -> {});
  }

  private OwnStateFiles life(Replacement.Watch watch) {
    return new OwnStateFiles(state, new OwnedFiles(), new Replacement(watch));
  }

  private void refusesFolder(Reason reason, String... words) {
    HostException refused =
        catchThrowableOfType(HostException.class, () -> life().folder("uploads"));
    assertThat(refused.reason()).isEqualTo(reason);
    assertThat(refused.getMessage()).contains(words);
  }

  private static HostException reading(StateFolder folder, String name) {
    return catchThrowableOfType(HostException.class, () -> folder.read(name, MOST));
  }

  private static String text(StateFolder folder, String name) throws HostException {
    return new String(folder.read(name, MOST).orElseThrow(), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private List<String> files(String name) throws IOException {
    try (Stream<Path> all = Files.list(state.resolve(name))) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String modeOf(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private void assumeRoot() throws IOException {
    assumeTrue(
        Files.getAttribute(temporary, "unix:uid").equals(0),
        "skipped: only root can give files to somebody else");
  }
}
