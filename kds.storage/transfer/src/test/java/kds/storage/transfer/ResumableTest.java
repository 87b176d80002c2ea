package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumableTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path root;
  private Server server;
  private ResumableFiles uploads;
  private Instant now = NOON;

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

  /** The component, as it comes up on a boot of the machine. */
  private ResumableFiles started(String boot, Map<String, Object> config) {
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now;
          }

          @Override
          public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }
        };
    return new ResumableFiles(
        new Folders(server, server.disk),
        server.traffic,
        server.inspectors,
        server.audit::add,
        new UploadStates(new DiskStates(root.resolve("state/uploads"))),
        clock,
        boot,
        server.config(new HashMap<>(config)));
  }

  private void restart(String boot) {
    uploads.stop();
    uploads = started(boot, Map.of());
  }

  private UploadTicket create(String path, long size) throws TransferException {
    return create(new UploadRequest(path, size, null, false, false));
  }

  private UploadTicket create(UploadRequest request) throws TransferException {
    return uploads.create(Server.ann(), request, "filename YQ==");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private long send(UploadTicket ticket, String text) throws TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.write(Server.direct(bytes(text)));
      return upload.sync();
    }
  }

  private Receipt finish(UploadTicket ticket) throws TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      return upload.finish();
    }
  }

  private long offset(UploadTicket ticket) throws TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      return upload.offset();
    }
  }

  private static String crc(String text) {
    CRC32C crc = new CRC32C();
    crc.update(bytes(text));
    return "%08x".formatted(crc.getValue());
  }

  private Path hidden() throws IOException {
    try (Stream<Path> all = Files.walk(server.downloads("ann"))) {
      return all.filter(f -> f.getFileName().toString().startsWith(".part-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void refused(Reason reason, Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            TransferException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private interface Call {
    void run() throws Exception;
  }

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
  void goesOnAfterARestart() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    restart("boot-1");
    assertThat(offset(ticket)).isEqualTo(6);
    restart("boot-2");
    send(ticket, "world");
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
    restart("boot-2");
    assertThat(finish(ticket).path()).isEqualTo("report");
    assertThat(server.downloads("ann").resolve("report")).hasContent("hello world");
  }

  @Test
  void keepsWhatAKilledServiceHadNotYetAcknowledged() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    Files.writeString(hidden(), "hello wor"); // as written by a process that died
    restart("boot-1");
    assertThat(offset(ticket)).isEqualTo(9);
    send(ticket, "ld");
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
  }

  @Test
  void believesAfterAPowerCutOnlyWhatWasAcknowledgedAndIsThere() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    Files.writeString(hidden(), "hello \0\0\0"); // longer, of content that never came
    restart("boot-2");
    assertThat(offset(ticket)).isEqualTo(6);
    Files.writeString(hidden(), "hel"); // shorter: the device lied
    restart("boot-3");
    assertThat(offset(ticket)).isEqualTo(3);
    send(ticket, "lo world");
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
    assertThat(server.downloads("ann").resolve("report")).hasContent("hello world");
  }

  @Test
  void takesUnverifiedContentBack() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.hold();
      upload.write(Server.direct(bytes("w0rld")));
      upload.takeBack();
      assertThat(upload.offset()).isEqualTo(6);
    }
    ResumableUpload broken = uploads.resume(ticket.key());
    broken.hold();
    broken.write(Server.direct(bytes("w0r")));
    broken.close();
    assertThat(offset(ticket)).isEqualTo(6);
    ResumableUpload killed = uploads.resume(ticket.key());
    killed.hold();
    killed.write(Server.direct(bytes("w0rld")));
    restart("boot-1"); // the handle is never closed, as when the process is killed
    assertThat(offset(ticket)).isEqualTo(6);
    killed.close();
    send(ticket, "world");
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
  }

  @Test
  void keepsWhatABrokenConnectionBrought() throws Exception {
    UploadTicket ticket = create("report", 11);
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.write(Server.direct(bytes("hel")));
    }
    restart("boot-2");
    assertThat(offset(ticket)).isEqualTo(3);
  }

  @Test
  void letsAStaleConnectionGo() throws Exception {
    UploadTicket ticket = create("report", 11);
    ResumableUpload stale = uploads.resume(ticket.key());
    stale.write(Server.direct(bytes("hello ")));
    AtomicBoolean told = new AtomicBoolean();
    stale.whenTakenOver(() -> told.set(true));
    ResumableFiles otherGeneration = started("boot-1", Map.of());
    try (ResumableUpload fresh = otherGeneration.resume(ticket.key())) {
      assertThat(told).isTrue();
      assertThat(fresh.offset()).isEqualTo(6);
      refused(Reason.TAKEN_OVER, () -> stale.write(Server.direct(bytes("late"))));
      refused(Reason.TAKEN_OVER, stale::sync);
      refused(Reason.TAKEN_OVER, stale::terminate);
      fresh.write(Server.direct(bytes("world")));
      fresh.finish();
      stale.close();
    }
    otherGeneration.stop();
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
  }

  @Test
  void doesNotCountWhatCouldNotBeMadeDurable() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.write(Server.direct(bytes("world")));
      server.disk.syncFault = HostException.Reason.IO;
      refused(Reason.FAILED, upload::sync);
    }
    server.disk.syncFault = null;
    assertThat(offset(ticket)).isEqualTo(6);
    send(ticket, "world");
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
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
  void refusesMoreThanWasAnnouncedOrIsAllowed() throws Exception {
    UploadTicket ticket = create("report", 3);
    refused(Reason.TOO_LARGE, () -> send(ticket, "four"));
    assertThat(offset(ticket)).isZero();
    refused(Reason.INCOMPLETE, () -> finish(ticket));
    UploadTicket later = create("later", -1);
    try (ResumableUpload upload = uploads.resume(later.key())) {
      upload.announce(2);
      upload.announce(2);
      refused(Reason.INCOMPLETE, () -> upload.announce(3));
      assertThat(upload.size()).isEqualTo(2);
    }
    send(later, "ok");
    finish(later);
    uploads.stop();
    uploads = started("boot-1", Map.of("max_upload_size", "10"));
    assertThat(uploads.maxSize()).isEqualTo(10);
    refused(Reason.TOO_LARGE, () -> create("big", 11));
    UploadTicket unknown = create("unknown", -1);
    refused(Reason.TOO_LARGE, () -> send(unknown, "eleven bytes"));
  }

  @Test
  void expiresAndGivesItsSpaceBack() throws Exception {
    UploadTicket idle = create("idle", 11);
    UploadTicket busy = create("busy", 11);
    send(idle, "hello ");
    now = NOON.plus(Duration.ofHours(20));
    send(busy, "hello ");
    now = NOON.plus(Duration.ofHours(25));
    refused(Reason.GONE, () -> offset(idle));
    uploads.sweep();
    assertThat(Server.names(server.downloads("ann"))).hasSize(1);
    assertThat(offset(busy)).isEqualTo(6);
    refused(Reason.GONE, () -> offset(idle));
    assertThat(server.audit).hasSize(1);
    assertThat(server.audit.getFirst().details()).containsEntry("reason", "EXPIRED");
    now = NOON.plus(Duration.ofDays(9));
    uploads.sweep();
    uploads.sweep();
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    refused(Reason.NOT_FOUND, () -> offset(idle));
  }

  @Test
  void forgetsAReceiptAfterAnHour() throws Exception {
    UploadTicket ticket = create("report", 1);
    send(ticket, "x");
    finish(ticket);
    uploads.sweep();
    assertThat(finish(ticket).path()).isEqualTo("report");
    now = NOON.plus(Duration.ofMinutes(61));
    uploads.sweep();
    refused(Reason.NOT_FOUND, () -> finish(ticket));
    assertThat(server.downloads("ann").resolve("report")).hasContent("x");
  }

  @Test
  void limitsHowManyOneMayLeaveUnfinished() throws Exception {
    UploadTicket first = create("0", 1);
    Path states = root.resolve("state/uploads");
    Path one = Files.list(states).findFirst().orElseThrow();
    for (int i = 1; i < 1000; i++) {
      Files.copy(one, states.resolve("%064x.json".formatted(i)));
    }
    refused(Reason.BUSY, () -> create("more", 1));
    send(first, "x");
    finish(first);
    create("more", 1);
  }

  @Test
  void endsWhenItIsTerminated() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.terminate();
    }
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    refused(Reason.GONE, () -> offset(ticket));
  }

  @Test
  void isGoneWhenItsContentIs() throws Exception {
    UploadTicket ticket = create("report", 11);
    Files.delete(hidden());
    refused(Reason.GONE, () -> offset(ticket));
    refused(Reason.GONE, () -> offset(ticket));
  }

  @Test
  void isNotForAnotherAccountOfTheSameName() throws Exception {
    UploadTicket ticket = create("report", 11);
    server.addPerson("ann", 2002);
    refused(Reason.GONE, () -> offset(ticket));
    server.addPerson("ann", 1001);
    assertThat(offset(ticket)).isZero();
  }

  @Test
  void keepsNoKey() throws Exception {
    UploadTicket ticket = create("report", 11);
    Path folder = root.resolve("state/uploads");
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(
          file -> {
            try {
              assertThat(file.toString() + Files.readString(file)).doesNotContain(ticket.key());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    for (String wrong : new String[] {"", "x", "../../etc/passwd", UploadStates.newKey()}) {
      refused(Reason.NOT_FOUND, () -> uploads.resume(wrong));
    }
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
