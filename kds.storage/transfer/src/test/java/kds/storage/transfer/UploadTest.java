package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadTest {
  private static final byte[] NINE = "123456789".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path root;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of("max_upload_size", "20B"));
  }

  @Test
  void acknowledgesSizeAndDigests() throws Exception {
    UploadRequest request = new UploadRequest("a/b/f.bin", 9, null, true, false);

    Receipt receipt = server.upload(Server.ann(), request, NINE);

    assertThat(receipt.path()).isEqualTo("a/b/f.bin");
    assertThat(receipt.size()).isEqualTo(9);
    assertThat(receipt.crc32c()).isEqualTo("e3069283");
    assertThat(receipt.sha256())
        .isEqualTo("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225");
    assertThat(receipt.renamed()).isFalse();
    assertThat(receipt.replaced()).isFalse();
    assertThat(server.downloads("ann").resolve("a/b/f.bin")).hasBinaryContent(NINE);
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void takesAnEmptyFile() throws Exception {
    UploadRequest request = new UploadRequest("empty", 0, null, true, false);

    Receipt receipt = server.upload(Server.ann(), request, new byte[0]);

    assertThat(receipt.crc32c()).isEqualTo("00000000");
    assertThat(receipt.sha256()).startsWith("e3b0c442");
    assertThat(server.downloads("ann").resolve("empty")).isEmptyFile();
  }

  @Test
  void consumesTheWholeOfEachBuffer() throws Exception {
    try (Upload upload = server.transfer.begin(Server.ann(), Server.request("f"))) {
      ByteBuffer part = Server.direct(NINE).position(4);
      upload.write(part);
      assertThat(part.hasRemaining()).isFalse();
      assertThat(upload.size()).isEqualTo(5);
      assertThat(upload.commit().size()).isEqualTo(5);
    }
    assertThat(server.downloads("ann").resolve("f")).hasContent("56789");
  }

  @Test
  void refusesAnAnnouncedSizeAboveTheLimitBeforeTheFirstByte() throws Exception {
    UploadRequest request = new UploadRequest("big", 21, null, false, false);

    TransferException refusal =
        catchThrowableOfType(
            TransferException.class, () -> server.transfer.begin(Server.ann(), request));

    assertThat(refusal.reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(refusal).hasMessageContaining("20 bytes").hasMessageContaining("max_upload_size");
    assertThat(server.audit).singleElement().extracting("outcome").hasToString("REFUSED");
    assertThat(server.downloads("ann")).doesNotExist();
  }

  @Test
  void refusesBytesAboveTheLimitWhenNoSizeWasAnnounced() throws Exception {
    try (Upload upload = server.transfer.begin(Server.ann(), Server.request("big"))) {
      upload.write(Server.direct(NINE));
      upload.write(Server.direct(NINE));
      assertThat(reason(() -> upload.write(Server.direct(NINE)))).isEqualTo(Reason.TOO_LARGE);
      assertThat(reason(upload::commit)).isEqualTo(Reason.TOO_LARGE);
    }
    assertLeftNothing("TOO_LARGE", "18");
  }

  @Test
  void takesExactlyTheLimit() throws Exception {
    assertThat(server.upload(Server.ann(), Server.request("full"), new byte[20]).size())
        .isEqualTo(20);
  }

  @Test
  void refusesFewerBytesThanAnnounced() throws Exception {
    UploadRequest request = new UploadRequest("short", 10, null, false, false);
    try (Upload upload = server.transfer.begin(Server.ann(), request)) {
      upload.write(Server.direct(NINE));
      assertThat(reason(upload::commit)).isEqualTo(Reason.INCOMPLETE);
    }
    assertLeftNothing("INCOMPLETE", "9");
  }

  @Test
  void refusesMoreBytesThanAnnounced() throws Exception {
    UploadRequest request = new UploadRequest("long", 8, null, false, false);
    try (Upload upload = server.transfer.begin(Server.ann(), request)) {
      assertThat(reason(() -> upload.write(Server.direct(NINE)))).isEqualTo(Reason.INCOMPLETE);
    }
    assertLeftNothing("INCOMPLETE", "0");
  }

  @Test
  void leavesNothingOfAnUploadThatIsClosedHalfway() throws Exception {
    Upload upload = server.transfer.begin(Server.ann(), Server.request("half"));
    upload.write(Server.direct(NINE));
    upload.close();
    upload.close();

    assertLeftNothing("ABORTED", "9");
  }

  @Test
  void tellsThatTheDiskIsFullAndStaysBroken() throws Exception {
    try (Upload upload = server.transfer.begin(Server.ann(), Server.request("full"))) {
      server.disk.writeFault = HostException.Reason.NO_SPACE;
      assertThat(reason(() -> upload.write(Server.direct(NINE)))).isEqualTo(Reason.NO_SPACE);
      server.disk.writeFault = null;
      assertThat(reason(() -> upload.write(Server.direct(NINE)))).isEqualTo(Reason.NO_SPACE);
      assertThat(reason(upload::commit)).isEqualTo(Reason.NO_SPACE);
    }
    assertLeftNothing("NO_SPACE", "0");
  }

  @Test
  void isUsedOnceOnly() throws Exception {
    try (Upload upload = server.transfer.begin(Server.ann(), Server.request("f"))) {
      upload.commit();
      assertThatIllegalStateException().isThrownBy(upload::commit);
      assertThatIllegalStateException().isThrownBy(() -> upload.write(Server.direct(NINE)));
    }
    assertThat(server.audit).hasSize(1);
  }

  @Test
  void refusesAPathOutOfTheFolder() throws Exception {
    for (String path : new String[] {"../f", "/etc/cron.d/f", "", "a//b", "a/", "a/../../f"}) {
      assertThat(reason(() -> server.upload(Server.ann(), Server.request(path), NINE)))
          .as(path)
          .isEqualTo(Reason.UNSAFE_PATH);
    }
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void writesDigestAndSizeIntoTheAudit() throws Exception {
    server.upload(Server.ann(), new UploadRequest("f", 9, null, true, false), NINE);
    server.upload(Server.ann(), Server.request("f"), NINE);

    AuditRecord first = server.audit.getFirst();
    assertThat(first.act()).isEqualTo("file.upload");
    assertThat(first.outcome()).isEqualTo(AuditRecord.Outcome.DONE);
    assertThat(first.target()).isEqualTo(server.downloads("ann") + "/f");
    assertThat(first.details())
        .containsEntry("size", "9")
        .containsEntry("crc32c", "e3069283")
        .containsEntry("place", "HOME")
        .hasEntrySatisfying("sha256", sha -> assertThat(sha).startsWith("15e2b0d3"))
        .doesNotContainKey("wanted");
    AuditRecord second = server.audit.get(1);
    assertThat(second.target()).isEqualTo(server.downloads("ann") + "/f (1)");
    assertThat(second.details()).containsEntry("wanted", "f").doesNotContainKey("sha256");
  }

  private void assertLeftNothing(String why, String bytes) throws Exception {
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    assertThat(server.disk.open).hasValue(0);
    assertThat(server.audit)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.outcome()).isEqualTo(AuditRecord.Outcome.FAILED);
              assertThat(record.details())
                  .containsEntry("reason", why)
                  .containsEntry("bytes", bytes);
            });
  }

  private interface Act {
    void run() throws TransferException;
  }

  private static Reason reason(Act act) {
    return catchThrowableOfType(TransferException.class, act::run).reason();
  }

  /** Keeps the helper's promise visible: nothing hidden is left in a folder that looks empty. */
  @Test
  void wouldSeeALeftover() throws Exception {
    Upload upload = server.transfer.begin(Server.ann(), Server.request("half"));

    assertThat(Server.names(server.downloads("ann"))).hasSize(1);
    upload.close();
  }
}
