package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.Test;

/** How an upload in several goes is finished. */
class ResumableFinishTest extends ResumableFixture {
  @Test
  void publishesWhatCameInSeveralGoesWithItsSum() throws Exception {
    UploadTicket ticket = create("deep/er/report.txt", 11);
    assertThat(ticket.key()).matches("[A-Za-z0-9_-]{43}");
    assertThat(ticket.expires()).isEqualTo(NOON.plus(Duration.ofHours(24)));
    assertThat(ticket.toString()).doesNotContain(ticket.key());
    assertThat(send(ticket, "hello ")).isEqualTo(6);
    assertThat(server.downloads("ann").resolve("deep/er/report.txt")).doesNotExist();
    assertThat(send(ticket, "world")).isEqualTo(11);
    Receipt receipt = finish(ticket);
    assertThat(receipt.crc32c()).isEqualTo(crc("hello world"));
    assertThat(receipt.size()).isEqualTo(11);
    assertThat(server.downloads("ann").resolve("deep/er/report.txt")).hasContent("hello world");
    assertThat(Server.names(server.downloads("ann").resolve("deep/er")))
        .containsExactly("report.txt");
    assertThat(server.audit)
        .extracting(AuditRecord::outcome)
        .containsExactly(AuditRecord.Outcome.DONE);
  }

  @Test
  void knowsWhatWasPublishedWhenItDiedBeforeSayingSo() throws Exception {
    Files.createDirectories(server.downloads("ann"));
    Files.writeString(server.downloads("ann").resolve("report"), "older");
    UploadTicket ticket = create("report", 5);
    send(ticket, "newer");
    Path state = Files.list(root.resolve("state/uploads")).findFirst().orElseThrow();
    finish(ticket);
    String finished = Files.readString(state);
    // As the file was between the two: the name noted, the receipt not yet written.
    Files.writeString(
        state,
        finished
            .replaceFirst("\"publishing\":null", "\"publishing\":\"report (1)\"")
            .replaceFirst("\"receipt\":\\{.*\\},\"ended\"", "\"receipt\":null,\"ended\""));
    restart("boot-1");
    Receipt receipt = finish(ticket);
    assertThat(receipt.path()).isEqualTo("report (1)");
    assertThat(receipt.renamed()).isTrue();
    assertThat(receipt.crc32c()).isEqualTo(crc("newer"));
    assertThat(Server.names(server.downloads("ann"))).containsExactly("report", "report (1)");
  }

  @Test
  void givesNoReceiptForANameThatMayNotLast() throws Exception {
    UploadTicket ticket = create("report", 5);
    send(ticket, "hello");
    server.disk.publishFault = HostException.Reason.IO;
    refused(Reason.FAILED, () -> finish(ticket));
    server.disk.publishFault = null;
    refused(Reason.GONE, () -> finish(ticket));
  }

  @Test
  void followsTheRulesForTakenNames() throws Exception {
    Files.createDirectories(server.downloads("ann"));
    UploadTicket ticket = create(new UploadRequest("report", 1, OnConflict.REJECT, true, false));
    send(ticket, "x");
    Path taken = Files.writeString(server.downloads("ann").resolve("report"), "older");
    refused(Reason.CONFLICT, () -> finish(ticket));
    refused(
        Reason.CONFLICT,
        () -> create(new UploadRequest("report", 1, OnConflict.REJECT, false, false)));
    Files.delete(taken);
    assertThat(finish(ticket).sha256())
        .isEqualTo("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  }

  @Test
  void joinsSumsAsIfTheContentHadBeenOne() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      byte[] all = new byte[random.nextInt(5000)];
      random.nextBytes(all);
      int cut = all.length == 0 ? 0 : random.nextInt(all.length + 1);
      CRC32C whole = new CRC32C();
      whole.update(all);
      CRC32C first = new CRC32C();
      first.update(all, 0, cut);
      CRC32C second = new CRC32C();
      second.update(all, cut, all.length - cut);
      assertThat(
              Crc32cSum.joined((int) first.getValue(), (int) second.getValue(), all.length - cut))
          .isEqualTo((int) whole.getValue());
    }
  }

  @Test
  void endsAnUploadThatAnInspectorRefuses() throws Exception {
    server.inspectors.addInspector(
        upload -> new kds.api.transfer.UploadInspector.Refuse(upload.sha256() + " is green"));
    UploadTicket ticket = create("report", 5);
    send(ticket, "hello");
    refused(Reason.REFUSED, () -> finish(ticket));
    refused(Reason.GONE, () -> finish(ticket));
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    assertThat(server.audit)
        .extracting(AuditRecord::outcome)
        .containsExactly(AuditRecord.Outcome.REFUSED);
    assertThat(server.disk.open).hasValue(0);
  }

  @Test
  void leavesOneRecordOfOneThatIsRefusedAndThenTerminated() throws Exception {
    server.inspectors.addInspector(
        upload -> new kds.api.transfer.UploadInspector.Refuse("It is green"));
    UploadTicket ticket = create("report", 5);
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.write(Server.direct(bytes("hello")));
      refused(Reason.REFUSED, upload::finish);
      refused(Reason.GONE, () -> upload.write(Server.direct(bytes("more"))));
      upload.terminate();
    }
    assertThat(server.audit).hasSize(1);
    refused(Reason.GONE, () -> finish(ticket));
  }

  @Test
  void keepsAnUploadThatCouldNotBeInspectedForAnotherTry() throws Exception {
    boolean[] broken = {true};
    server.inspectors.addInspector(
        upload -> {
          if (broken[0]) {
            throw new IOException("the scanner is down");
          }
          return new kds.api.transfer.UploadInspector.Allow();
        });
    UploadTicket ticket = create("report", 5);
    send(ticket, "hello");
    refused(Reason.REFUSED, () -> finish(ticket));
    broken[0] = false;
    assertThat(finish(ticket).size()).isEqualTo(5);
  }

  @Test
  void countsAllGoesAsOneTransferOfTheSession() throws Exception {
    UploadTicket ticket = create("report", 5);
    send(ticket, "hel");
    send(ticket, "lo");
    finish(ticket);
    assertThat(server.traffic.begun)
        .containsExactly("UP report 5", "UP report 5 further", "UP report 5 further");
    assertThat(server.traffic.bytes).hasValue(5);
    assertThat(server.traffic.open).hasValue(0);
  }

  @Test
  void refusesOneThatWouldEatIntoTheReserve() throws Exception {
    uploads.stop();
    uploads = started("boot-1", Map.of("min_free_space", "1MiB"));
    server.disk.spare = 1;
    refused(Reason.NO_SPACE, () -> create("report", 5));
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    assertThat(server.disk.open).hasValue(0);
  }
}
