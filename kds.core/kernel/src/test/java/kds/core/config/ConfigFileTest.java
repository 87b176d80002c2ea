package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  private static final String TEXT = "# mine\nport:  4902   # the door\nregistered: false\n";

  @TempDir Path folder;
  private Path path;

  /** What the administrator does right after the service has read the file. */
  private Runnable meanwhile = () -> {};

  private ConfigFile file;

  @BeforeEach
  void write() throws IOException {
    path = Files.writeString(folder.resolve("config.yaml"), TEXT);
    file = new ConfigFile(path, new Reader());
  }

  @Test
  void changesTheValueAndNothingElse() throws Exception {
    file.write(Map.of("registered", true));
    assertThat(path).hasContent(TEXT.replace("false", "true"));
    assertThat(folder).isDirectoryNotContaining("glob:**/.config*");
  }

  @Test
  void keepsOwnerAndMode() throws Exception {
    assumeTrue(Files.getAttribute(path, "unix:uid").equals(0), "only root can give a file away");
    Files.setAttribute(path, "unix:gid", 54321);
    Files.setAttribute(path, "unix:mode", 0640);
    Map<String, Object> before = Files.readAttributes(path, "unix:uid,gid,mode");
    Object inode = Files.getAttribute(path, "unix:ino");
    file.write(Map.of("registered", true));
    assertThat(Files.readAttributes(path, "unix:uid,gid,mode")).isEqualTo(before);
    assertThat(Files.getAttribute(path, "unix:ino")).isNotEqualTo(inode);
  }

  @Test
  void leavesAFileAloneThatSaysItAlready() throws Exception {
    Object inode = Files.getAttribute(path, "unix:ino");
    file.write(Map.of("registered", false));
    assertThat(Files.getAttribute(path, "unix:ino")).isEqualTo(inode);
  }

  @Test
  void writesThroughALinkWithoutReplacingIt() throws Exception {
    Path real = Files.move(path, Files.createDirectory(folder.resolve("real")).resolve("c.yaml"));
    Files.createSymbolicLink(path, Path.of("real/c.yaml"));
    file.write(Map.of("registered", true));
    assertThat(path).isSymbolicLink();
    assertThat(real).hasContent(TEXT.replace("false", "true"));
  }

  @Test
  void keepsWhatIsRenamedOverTheFileWhileItIsWritten() throws Exception {
    meanwhile = once(() -> renameOver(TEXT.replace("4902", "4903")));
    file.write(Map.of("registered", true));
    assertThat(path).hasContent(TEXT.replace("4902", "4903").replace("false", "true"));
  }

  /** The control: the usual way, read and rename, loses the administrator's edit. */
  @Test
  void theUsualWayWouldLoseIt() throws Exception {
    meanwhile = once(() -> renameOver(TEXT.replace("4902", "4903")));
    String text = new String(new Reader().read(path, 1_000));
    renameOver(text.replace("false", "true"));
    assertThat(path).hasContent(TEXT.replace("false", "true"));
  }

  @Test
  void keepsWhatIsWrittenInPlaceWhileItIsWritten() throws Exception {
    meanwhile = once(() -> inPlace(path, TEXT.replace("4902", "4903")));
    file.write(Map.of("registered", true));
    assertThat(path).hasContent(TEXT.replace("4902", "4903").replace("false", "true"));
  }

  @Test
  void keepsWhatAnEditorWritesIntoTheOldFileAfterTheExchange() throws Exception {
    Object inode = Files.getAttribute(path, "unix:ino");
    try (FileChannel open = FileChannel.open(path, StandardOpenOption.WRITE)) {
      var editor =
          CompletableFuture.runAsync(
              () -> {
                awaitOther(inode);
                overwrite(open, TEXT.replace("4902", "4903"));
              });
      new ConfigFile(path, new Reader(), Exchange::of, Duration.ofSeconds(1))
          .write(Map.of("registered", true));
      editor.join();
    }
    assertThat(path).hasContent(TEXT.replace("4902", "4903").replace("false", "true"));
  }

  /** What is there at first could pass for the whole. */
  @Test
  void waitsForAnEditorWhoHasNotWrittenAllOfIt() throws Exception {
    String whole = TEXT.replace("4902", "4903");
    AtomicReference<Thread> editor = new AtomicReference<>();
    try (FileChannel open = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ConfigFile patient =
          new ConfigFile(
              path,
              new Reader(),
              (a, b) -> {
                boolean swapped = Exchange.of(a, b);
                if (editor.get() == null) {
                  overwrite(open, "port: 4903\n");
                  editor.set(Thread.ofVirtual().start(() -> overwriteLater(open, whole)));
                }
                return swapped;
              },
              Duration.ofSeconds(1));
      patient.write(Map.of("registered", true));
      editor.get().join();
    }
    assertThat(path).hasContent(whole.replace("false", "true"));
  }

  private static void overwriteLater(FileChannel open, String text) {
    LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    overwrite(open, text);
  }

  @Test
  void managesWithoutAnExchangeWhereTheFileSystemHasNone() throws Exception {
    ConfigFile plain = new ConfigFile(path, new Reader(), (a, b) -> false);
    meanwhile = once(() -> renameOver(TEXT.replace("4902", "4903")));
    plain.write(Map.of("registered", true));
    assertThat(path).hasContent(TEXT.replace("4902", "4903").replace("false", "true"));
    assertThat(folder).isDirectoryNotContaining("glob:**/.config*");
  }

  @Test
  void givesAnEditorHisFileBackThatIsNotWholeYet() throws Exception {
    meanwhile = once(() -> inPlace(path, "port: [49"));
    assertThatThrownBy(() -> file.write(Map.of("registered", true)))
        .isInstanceOf(BadConfigException.class);
    assertThat(path).hasContent("port: [49");
    assertThat(folder).isDirectoryNotContaining("glob:**/.config*");
  }

  @Test
  void losesNoneOfManySavesThatRaceWithIt() throws Exception {
    for (int round = 1; round <= 40; round++) {
      String admins = TEXT.replace("4902", Integer.toString(round));
      var saved = CompletableFuture.runAsync(() -> renameOver(admins));
      file.write(Map.of("registered", round % 2 == 1));
      saved.join();
      assertThat(Files.readString(path)).contains("port:  " + round + "   # the door\n");
    }
  }

  private void renameOver(String text) {
    try {
      Path next = Files.writeString(folder.resolve("next"), text);
      Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void inPlace(Path path, String text) {
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void overwrite(FileChannel open, String text) {
    try {
      open.truncate(0);
      open.write(ByteBuffer.wrap(text.getBytes()), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitOther(Object inode) {
    try {
      while (Files.getAttribute(path, "unix:ino").equals(inode)) {
        Thread.onSpinWait();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Runnable once(Runnable act) {
    return new Runnable() {
      private boolean done;

      @Override
      public void run() {
        if (!done) {
          done = true;
          act.run();
        }
      }
    };
  }

  private final class Reader implements TrustedFiles {
    @Override
    public void check(Path path) {}

    @Override
    public byte[] read(Path path, int mostBytes) throws HostException {
      try {
        byte[] bytes = Files.readAllBytes(path);
        meanwhile.run();
        return bytes;
      } catch (IOException e) {
        throw new HostException(HostException.Reason.IO, e.getMessage(), e);
      }
    }
  }
}
