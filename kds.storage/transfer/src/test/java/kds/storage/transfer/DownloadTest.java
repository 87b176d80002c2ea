package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kds.api.security.AuditRecord;
import kds.api.transfer.Download;
import kds.api.transfer.TransferException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
  @TempDir Path root;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
    Path folder = Files.createDirectories(server.downloads("ann").resolve("sub"));
    Files.writeString(folder.resolve("f.txt"), "0123456789");
  }

  @Test
  void readsAnywhereInAFile() throws Exception {
    try (Download download = server.transfer.open(Server.ann(), "sub/f.txt")) {
      ByteBuffer four = ByteBuffer.allocateDirect(4);

      assertThat(download.read(four, 6)).isEqualTo(4);
      assertThat(four.flip().get()).isEqualTo((byte) '6');
      assertThat(download.read(four.clear(), 10)).isEqualTo(-1);
      assertThat(download.name()).isEqualTo("f.txt");
      assertThat(download.size()).isEqualTo(10);
      assertThat(download.version()).startsWith("10-");
      assertThat(server.disk.open).as("only the file is held").hasValue(1);
    }
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void writesOneRecordWithTheBytesThatWereRead() throws Exception {
    Download download = server.transfer.open(Server.ann(), "sub/f.txt");
    download.read(ByteBuffer.allocateDirect(4), 0);
    download.read(ByteBuffer.allocateDirect(4), 8);
    assertThat(server.audit).isEmpty();

    download.close();
    download.close();

    AuditRecord record = server.audit.getFirst();
    assertThat(server.audit).hasSize(1);
    assertThat(record.actor()).isEqualTo("kasm-user-1");
    assertThat(record.act()).isEqualTo("file.download");
    assertThat(record.target()).isEqualTo(server.downloads("ann") + "/sub/f.txt");
    assertThat(record.outcome()).isEqualTo(AuditRecord.Outcome.DONE);
    assertThat(record.kasmId()).isEqualTo(Server.KASM_ID);
    assertThat(record.details())
        .containsOnly(Map.entry("bytes", "6"), Map.entry("size", "10"), Map.entry("place", "HOME"));
  }

  @Test
  void writesDownARefusalButNotAMissingFile() {
    assertThat(reason("nothing.txt")).isEqualTo(TransferException.Reason.NOT_FOUND);
    assertThat(server.audit).isEmpty();

    assertThat(reason("../../../etc/passwd")).isEqualTo(TransferException.Reason.UNSAFE_PATH);
    assertThat(server.audit)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.outcome()).isEqualTo(AuditRecord.Outcome.REFUSED);
              assertThat(record.target()).isEqualTo("../../../etc/passwd");
              assertThat(record.details()).containsEntry("reason", "UNSAFE_PATH");
            });
  }

  @Test
  void refusesAFolder() {
    assertThat(reason("sub")).isEqualTo(TransferException.Reason.WRONG_KIND);
    assertThat(server.disk.open).hasValue(0);
  }

  private TransferException.Reason reason(String path) {
    return catchThrowableOfType(
            TransferException.class, () -> server.transfer.open(Server.ann(), path).close())
        .reason();
  }
}
