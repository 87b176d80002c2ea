package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Uploads in several goes on a small server, and a clock that the test sets. */
abstract class ResumableFixture {
  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path root;
  Server server;
  ResumableFiles uploads;
  Instant now = NOON;

  @BeforeEach
  void open() throws IOException {
    server = new Server(root, Map.of());
    uploads = started("boot-1", Map.of());
  }

  @AfterEach
  void nothingIsLeftOpen() {
    uploads.stop();
    assertThat(server.disk.open).hasValue(0);
  }

  Ledger ledger(String boot) {
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    return new Ledger(new UploadStates(new DiskStates(root.resolve("state/uploads"))), clock, boot);
  }

  /** The component, as it comes up on a boot of the machine. */
  ResumableFiles started(String boot, Map<String, Object> config) {
    return new ResumableFiles(
        new Folders(server, server.disk),
        server.traffic,
        server.inspectors,
        server.audit::add,
        ledger(boot),
        server.config(new HashMap<>(config)));
  }

  void restart(String boot) {
    uploads.stop();
    uploads = started(boot, Map.of());
  }

  UploadTicket create(String path, long size) throws TransferException {
    return create(new UploadRequest(path, size, null, false, false));
  }

  UploadTicket create(UploadRequest request) throws TransferException {
    return uploads.create(Server.ann(), request, "filename YQ==");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  long send(UploadTicket ticket, String text) throws TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.write(Server.direct(bytes(text)));
      return upload.sync();
    }
  }

  Receipt finish(UploadTicket ticket) throws TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      return upload.finish();
    }
  }

  long offset(UploadTicket ticket) throws TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      return upload.offset();
    }
  }

  static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(bytes(text));
    return "%08x".formatted(crc.getValue());
  }

  Path hidden() throws IOException {
    try (Stream<Path> all = Files.walk(server.downloads("ann"))) {
      return all.filter(f -> f.getFileName().toString().startsWith(".part-"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Where the state of the one upload there is lies. */
  Path state() throws IOException {
    try (Stream<Path> all = Files.list(root.resolve("state/uploads"))) {
      return all.findFirst().orElseThrow();
    }
  }

  static void refused(Reason reason, Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            TransferException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  interface Call {
    void run() throws Exception;
  }
}
