package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import kds.core.trust.OwnedFiles;
import kds.scripts.Script.Standing;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShelfTest {
  @TempDir Path root;
  private final Shelf shelf = new Shelf(new OwnedFiles(), new OwnedFiles());
  private Path folder;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "run as root");
    folder = Files.createDirectory(root.resolve("session_start"));
  }

  private Path script(String name, String text) throws Exception {
    Path file = Files.writeString(folder.resolve(name), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private static void toStranger(Path path) throws Exception {
    Files.setAttribute(path, "unix:uid", 43210, LinkOption.NOFOLLOW_LINKS);
  }

  private List<Script> all() {
    return shelf.folder(root, "session_start");
  }

  @Test
  void aLineThatIsNotAllLookedAtIsNotTakenForAShorterOne() throws Exception {
    String first = "#!/bin/sh\n# kds: timeout=40s\n";
    String line = "# kds: timeout=30s\n";
    int cut = 8192 - first.length() - "# kds: timeout=3".length();
    script("x.sh", first + "#".repeat(cut - 1) + "\n" + line);
    assertThat(all()).extracting(Script::standing).containsExactly(Standing.GOOD);
    assertThat(all().getFirst().header().timeout()).isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void somebodyElsesDocumentIsPassedOverAndHisScriptIsNot() throws Exception {
    Path document = Files.writeString(folder.resolve("README"), "About these scripts");
    toStranger(document);
    toStranger(script("his.sh", "#!/bin/sh\n"));
    assertThat(all()).extracting(Script::name).containsExactly("session_start/his.sh");
    assertThat(all()).extracting(Script::standing).containsExactly(Standing.REFUSED);
  }

  @Test
  void aLinkToWhatSomebodyElseMayExchangeIsRefusedUnread() throws Exception {
    Path home = Files.createDirectory(root.resolve("home"));
    toStranger(home);
    Files.writeString(home.resolve("document"), "no script");
    Files.createSymbolicLink(folder.resolve("link"), home.resolve("document"));
    assertThat(all()).extracting(Script::standing).containsExactly(Standing.REFUSED);
    assertThat(all().getFirst().why()).contains(home.toString());
  }

  @Test
  void aFolderThatOthersCanWriteToIsNotLookedInto() throws Exception {
    script("x.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(all()).extracting(Script::name).containsExactly("session_start");
    assertThat(all().getFirst().why()).contains("can be written to by everybody");
    assertThat(shelf.folder(root, "none")).isEmpty();
    assertThat(shelf.one(root, "session_start", "none")).isEmpty();
  }
}
