package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import kds.api.security.AuditRecord.Outcome;
import kds.api.transfer.Download;
import kds.api.transfer.FolderDownload;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTest {
  @TempDir Path root;
  private Server server;
  private Path downloads;

  @BeforeEach
  void start() throws Exception {
    server =
        new Server(
            root, Map.of("min_free_space", "1MiB", "min_interval", "5s", "bandwidth", "2MiB"));
    downloads = Files.createDirectories(server.downloads("ann"));
  }

  private static UploadRequest sized(long size) {
    return new UploadRequest("f", size, null, false, false);
  }

  @Test
  void refusesAnUploadThatWouldEatIntoTheReserve() throws Exception {
    server.disk.spare = (1 << 20) - 1;
    for (long size : new long[] {10, -1}) {
      TransferException refusal =
          catchThrowableOfType(
              TransferException.class, () -> server.transfer.begin(Server.ann(), sized(size)));
      assertThat(refusal.reason()).isEqualTo(Reason.NO_SPACE);
      assertThat(refusal).hasMessageContaining("min_free_space");
    }
    assertThat(Server.names(downloads)).isEmpty();
    assertThat(server.disk.open).hasValue(0);
    assertThat(server.traffic.begun).isEmpty();
    assertThat(server.audit).extracting(r -> r.outcome()).containsOnly(Outcome.FAILED);
    server.disk.spare = 1 << 20;
    server.upload(Server.ann(), sized(3), new byte[3]);
  }

  @Test
  void stopsAnUploadOfUnknownSizeAtTheReserve() throws Exception {
    server.disk.spare = 2 << 20;
    try (Upload upload = server.transfer.begin(Server.ann(), sized(-1))) {
      upload.write(Server.direct(new byte[8 << 20]));
      server.disk.spare = 1;
      upload.write(Server.direct(new byte[4 << 20]));
      assertThat(
              catchThrowableOfType(
                      TransferException.class, () -> upload.write(Server.direct(new byte[4 << 20])))
                  .reason())
          .isEqualTo(Reason.NO_SPACE);
    }
    assertThat(Server.names(downloads)).isEmpty();
  }

  @Test
  void reportsEveryTransferOnItsTerms() throws Exception {
    server.upload(Server.ann(), sized(3), new byte[3]);
    UploadRequest further = new UploadRequest("g", -1, null, false, false, true);
    server.upload(Server.ann(), further, new byte[4]);
    try (Download file = server.transfer.open(Server.ann(), "f")) {
      assertThat(server.traffic.begun).hasSize(2);
      file.read(ByteBuffer.allocateDirect(10), 0);
      file.read(ByteBuffer.allocateDirect(10), 1);
    }
    try (FolderDownload folder = server.transfer.openFolder(Server.ann(), "")) {
      for (var member = folder.next(); member != null; member = folder.next()) {
        folder.read(ByteBuffer.allocateDirect(10));
      }
    }
    assertThat(server.traffic.begun)
        .containsExactly("UP f 3", "UP g -1 further", "DOWN f 3", "DOWN / -1");
    assertThat(server.traffic.terms)
        .containsOnly(new Traffic.Terms(Duration.ofSeconds(5), 2 << 20));
    assertThat(server.traffic.bytes).hasValue(3 + 4 + 5 + 7);
    assertThat(server.traffic.open).hasValue(0);
  }

  @Test
  void onlyAskingAboutAFileIsNoTransfer() throws Exception {
    server.upload(Server.ann(), sized(3), new byte[3]);
    server.traffic.refusal = new TransferException(Reason.TOO_SOON, "wait", Duration.ofSeconds(3));
    try (Download file = server.transfer.open(Server.ann(), "f")) {
      assertThat(file.size()).isEqualTo(3);
    }
    assertThat(server.audit.getLast().outcome()).isEqualTo(Outcome.DONE);
  }

  @Test
  void passesOnThatATransferComesTooSoon() throws Exception {
    server.upload(Server.ann(), sized(3), new byte[3]);
    server.traffic.refusal = new TransferException(Reason.TOO_SOON, "wait", Duration.ofSeconds(3));
    assertThat(
            catchThrowableOfType(
                TransferException.class, () -> server.transfer.begin(Server.ann(), sized(3))))
        .isSameAs(server.traffic.refusal);
    try (Download file = server.transfer.open(Server.ann(), "f");
        FolderDownload folder = server.transfer.openFolder(Server.ann(), "")) {
      ByteBuffer into = ByteBuffer.allocateDirect(1);
      assertThat(catchThrowableOfType(TransferException.class, () -> file.read(into, 0)))
          .isSameAs(server.traffic.refusal);
      assertThat(catchThrowableOfType(TransferException.class, folder::next))
          .isSameAs(server.traffic.refusal);
    }
    assertThat(server.audit.subList(1, 4))
        .allSatisfy(record -> assertThat(record.outcome()).isEqualTo(Outcome.REFUSED));
    assertThat(server.audit).hasSize(4);
    assertThat(server.disk.open).hasValue(0);
  }
}
