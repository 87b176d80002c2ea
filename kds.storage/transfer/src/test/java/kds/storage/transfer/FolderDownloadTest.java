package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.TransferException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDownloadTest {
  @TempDir Path root;
  private Server server;
  private Path downloads;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
    downloads = Files.createDirectories(server.downloads("ann"));
  }

  private FolderDownload open(String path) throws TransferException {
    return server.transfer.openFolder(Server.ann(), path);
  }

  private static List<String> rest(FolderDownload folder) throws TransferException {
    List<String> seen = new ArrayList<>();
    for (var member = folder.next(); member != null; member = folder.next()) {
      seen.add(member.path() + (member.folder() ? "/" : "=" + text(folder)));
    }
    return seen;
  }

  private static String text(FolderDownload folder) throws TransferException {
    ByteBuffer into = ByteBuffer.allocateDirect(4096);
    while (folder.read(into) > 0) {}
    return StandardCharsets.UTF_8.decode(into.flip()).toString();
  }

  @Test
  void walksTheTreeOnceEachFolderBeforeWhatIsInIt() throws Exception {
    Files.createDirectories(downloads.resolve("a/b/empty"));
    Files.writeString(downloads.resolve("a/b/two"), "2");
    Files.writeString(downloads.resolve("a/one"), "1");
    Files.writeString(downloads.resolve("zero"), "0");
    try (FolderDownload folder = open("")) {
      assertThat(folder.name()).isEqualTo("Downloads");
      assertThat(rest(folder))
          .containsExactly("a/", "a/b/", "a/b/empty/", "a/b/two=2", "a/one=1", "zero=0");
      assertThat(folder.leftOut()).isEmpty();
    }
    try (FolderDownload folder = open("a/b")) {
      assertThat(folder.name()).isEqualTo("b");
      assertThat(rest(folder)).containsExactly("empty/", "two=2");
    }
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void tellsWhatItLeavesOut() throws Exception {
    Files.createDirectories(downloads.resolve("a/sub"));
    Files.createSymbolicLink(downloads.resolve("a/sub/link"), Path.of("/etc/passwd"));
    Files.writeString(downloads.resolve("a/gone"), "x");
    Files.createDirectory(downloads.resolve("a/late"));
    try (FolderDownload folder = open("a")) {
      Files.delete(downloads.resolve("a/gone"));
      Files.delete(downloads.resolve("a/late"));
      assertThat(rest(folder)).containsExactly("late/", "sub/");
      assertThat(folder.leftOut())
          .extracting(FolderDownload.Remark::path)
          .containsExactly("gone", "late", "sub/link");
      assertThat(folder.leftOutCount()).isEqualTo(3);
    }
  }

  @Test
  void tellsOfFilesThatChangeWhileTheyAreRead() throws Exception {
    for (String name : List.of("grown", "replaced", "same", "shrunk")) {
      Files.writeString(downloads.resolve(name), name + " as it was");
    }
    ByteBuffer some = ByteBuffer.allocateDirect(3);
    try (FolderDownload folder = open("")) {
      folder.next();
      Files.writeString(downloads.resolve("grown"), "grown, and by much, as it was not");
      assertThat(text(folder)).hasSize("grown as it was".length());
      folder.next();
      folder.read(some);
      Files.writeString(downloads.resolve("other"), "another file of that name");
      Files.move(
          downloads.resolve("other"),
          downloads.resolve("replaced"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      folder.next();
      text(folder);
      folder.next();
      folder.read(some.clear());
      Files.writeString(downloads.resolve("shrunk"), "s");
      assertThat(folder.read(some.clear())).isEqualTo(-1);
      assertThat(folder.next()).isNull();
      assertThat(folder.leftOut())
          .extracting(FolderDownload.Remark::path)
          .containsExactly("grown", "replaced", "shrunk");
    }
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void leavesOutWhatThereIsNoRoomFor() throws Exception {
    Files.createDirectories(downloads.resolve("a/sub"));
    for (String name : List.of("a/one", "a/two", "b", "c")) {
      Files.writeString(downloads.resolve(name), name);
    }
    Room room = new Room(6);
    try (FolderDownload folder = open(room)) {
      assertThat(rest(folder))
          .containsExactly("a/", "a/one=a/one", "a/sub/", "a/two=a/two", "b=b", "c=c");
      assertThat(folder.leftOut()).isEmpty();
      assertThatThrownBy(() -> open(room))
          .as("another one at the same time")
          .isInstanceOfSatisfying(
              HostException.class,
              e -> assertThat(e.reason()).isEqualTo(HostException.Reason.BUSY));
    }
    try (FolderDownload folder = open(new Room(5))) {
      assertThat(rest(folder)).containsExactly("a/", "b=b", "c=c");
      assertThat(folder.leftOut())
          .extracting(FolderDownload.Remark::path)
          .as("what could not be packed is told")
          .containsExactly("a");
    }
    open(room).close();
    open(room).close();
  }

  @Test
  void keepsNoMoreRemarksThanItHasRoomFor() {
    Remarks remarks = new Remarks();
    for (int i = 0; i < 2000; i++) {
      remarks.add("x".repeat(4000), "A link.");
    }
    assertThat(remarks.count()).isEqualTo(2000);
    assertThat(remarks.first()).hasSizeBetween(200, 300);
  }

  private FolderDownload open(Room room) throws Exception {
    Settings settings = Settings.of(server.config(Map.of()));
    Folders folders = new Folders(server, server.disk);
    Folders.Entered entered = folders.enter(settings, Server.ann(), Places.Use.DOWNLOAD);
    try {
      return new OpenFolderDownload(
          entered,
          "",
          entered.folder().list("", 10),
          Meter.down(server.traffic, settings.policies(), Server.ann(), "/", -1),
          Trail.ofDownload(server.audit::add, Server.ann(), ""),
          room.rent());
    } catch (HostException e) {
      entered.close();
      throw e;
    }
  }

  @Test
  void leavesOneAuditRecord() throws Exception {
    Files.writeString(Files.createDirectory(downloads.resolve("a")).resolve("f"), "12345");
    try (FolderDownload folder = open("a")) {
      rest(folder);
    }
    open("a").close();
    assertThat(server.audit)
        .extracting(AuditRecord::act, r -> r.details().get("bytes"), r -> r.details().get("files"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("file.download", "5", "1"),
            org.assertj.core.groups.Tuple.tuple("file.download", "0", "0"));
    assertThat(server.audit)
        .extracting(r -> r.details().get("complete"))
        .containsExactly("true", "false");
  }

  @Test
  void refusesWhatIsNoFolderOrNotAllowed() throws Exception {
    Files.writeString(downloads.resolve("file"), "x");
    assertThat(reason("file")).isEqualTo(TransferException.Reason.WRONG_KIND);
    assertThat(reason("none")).isEqualTo(TransferException.Reason.NOT_FOUND);
    assertThat(reason("../x")).isEqualTo(TransferException.Reason.UNSAFE_PATH);
    server.transfer.configure(server.config(Map.of("allow_download", false)));
    assertThat(reason("")).isEqualTo(TransferException.Reason.NOT_ALLOWED);
    assertThat(server.disk.open).hasValue(0);
  }

  private TransferException.Reason reason(String path) {
    TransferException[] thrown = new TransferException[1];
    assertThatThrownBy(() -> open(path))
        .isInstanceOfSatisfying(TransferException.class, e -> thrown[0] = e);
    return thrown[0].reason();
  }
}
