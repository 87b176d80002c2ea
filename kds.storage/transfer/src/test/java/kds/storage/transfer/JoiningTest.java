package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadInspector;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.Test;

/** Parts that are joined to one file. */
class JoiningTest extends ResumableFixture {
  private static final UploadRequest WHOLE =
      new UploadRequest("deep/whole", -1, null, false, false);

  private UploadTicket part(String content) throws TransferException {
    UploadTicket ticket = uploads.createPart(Server.ann(), content.length(), "");
    send(ticket, content);
    return ticket;
  }

  private List<String> parts(String... contents) throws TransferException {
    List<String> keys = new ArrayList<>();
    for (String content : contents) {
      keys.add(part(content).key());
    }
    return keys;
  }

  private UploadTicket join(List<String> keys) throws TransferException {
    return uploads.join(Server.ann(), WHOLE, "final", keys);
  }

  /** Every file, hidden ones too, from the folder on. */
  private List<String> files() throws IOException {
    Path folder = server.downloads("ann");
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).map(f -> folder.relativize(f).toString()).toList();
    }
  }

  @Test
  void becomeOneFileInTheirOrder() throws Exception {
    List<String> keys = parts("hello ", "wide ", "world");
    UploadTicket whole = join(keys);
    assertThat(server.downloads("ann").resolve("deep/whole")).hasContent("hello wide world");
    assertThat(files()).containsExactly("deep/whole");
    try (ResumableUpload upload = uploads.resume(whole.key())) {
      Receipt receipt = upload.receipt().orElseThrow();
      assertThat(receipt.crc32c()).isEqualTo(crc("hello wide world"));
      assertThat(upload.metadata()).isEqualTo("final");
      assertThat(upload.offset()).isEqualTo(upload.size()).isEqualTo(16);
      assertThat(upload.partial()).isFalse();
    }
    for (String key : keys) {
      refused(Reason.GONE, () -> uploads.resume(key));
    }
    assertThat(server.audit)
        .extracting(AuditRecord::outcome)
        .containsExactly(AuditRecord.Outcome.DONE);
  }

  @Test
  void tellTheSameWholeWhenJoinedAgain() throws Exception {
    List<String> keys = parts("hello ", "world");
    String whole = join(keys).key();
    restart("boot-1");
    assertThat(join(keys).key()).isEqualTo(whole);
    assertThat(files()).containsExactly("deep/whole");
    refused(Reason.GONE, () -> join(keys.reversed()));
  }

  @Test
  void areNeverPublishedByThemselves() throws Exception {
    UploadTicket part = part("hello");
    try (ResumableUpload upload = uploads.resume(part.key())) {
      assertThat(upload.partial()).isTrue();
    }
    assertThat(files()).hasSize(1).allMatch(name -> name.startsWith(".part-"));
    now = NOON.plus(Duration.ofHours(25));
    uploads.sweep();
    assertThat(files()).isEmpty();
  }

  @Test
  void waitUntilEachIsComplete() throws Exception {
    UploadTicket first = part("hello ");
    UploadTicket second = uploads.createPart(Server.ann(), 5, "");
    send(second, "wor");
    List<String> keys = List.of(first.key(), second.key());
    refused(Reason.INCOMPLETE, () -> join(keys));
    UploadTicket endless = uploads.createPart(Server.ann(), -1, "");
    refused(Reason.INCOMPLETE, () -> join(List.of(endless.key())));
    send(second, "ld");
    join(keys);
    assertThat(server.downloads("ann").resolve("deep/whole")).hasContent("hello world");
  }

  @Test
  void areNotJoinedWithWhatIsNoPartOrNotOfTheSession() throws Exception {
    UploadTicket upload = create("report", 5);
    send(upload, "hello");
    refused(Reason.WRONG_KIND, () -> join(List.of(upload.key())));
    refused(Reason.NOT_FOUND, () -> join(List.of(UploadStates.newKey())));
    UploadTicket part = part("hello");
    Session session =
        new Session(
            "1f7bcd11-2c5f-4b6e-9a27-7c0c5c9f5a10",
            "kasm-user-1",
            "ann",
            null,
            CredentialType.DYNAMIC);
    Caller other = new Caller("kasm-user-1", Set.of(), Set.of(), "t", "192.0.2.7", session);
    refused(Reason.DENIED, () -> uploads.join(other, WHOLE, "", List.of(part.key())));
    join(List.of(part.key()));
    refused(Reason.DENIED, () -> uploads.join(other, WHOLE, "", List.of(part.key())));
  }

  @Test
  void stayWhenTheWholeIsRefused() throws Exception {
    List<String> keys = parts("hello ", "world");
    boolean[] green = {true};
    server.inspectors.addInspector(
        upload ->
            green[0] ? new UploadInspector.Refuse("It is green") : new UploadInspector.Allow());
    refused(Reason.REFUSED, () -> join(keys));
    assertThat(files()).hasSize(2).allMatch(name -> name.startsWith(".part-"));
    green[0] = false;
    join(keys);
    assertThat(files()).containsExactly("deep/whole");
  }

  @Test
  void keepToTheRulesOfTheWhole() throws Exception {
    uploads.stop();
    uploads = started("boot-1", Map.of("max_upload_size", "8"));
    List<String> keys = parts("hello ", "world");
    refused(Reason.TOO_LARGE, () -> join(keys));
    uploads.stop();
    uploads = started("boot-1", Map.of());
    Path taken = server.downloads("ann").resolve("taken");
    Files.writeString(taken, "older");
    UploadRequest reject = new UploadRequest("taken", -1, OnConflict.REJECT, true, false);
    refused(Reason.CONFLICT, () -> uploads.join(Server.ann(), reject, "", keys));
    Files.delete(taken);
    uploads.join(Server.ann(), reject, "", keys);
    assertThat(taken).hasContent("hello world");
  }

  @Test
  void leaveNoRestOfAnAttemptThatWasKilled() throws Exception {
    List<String> keys = parts("hello ", "world");
    UploadTicket attempt =
        uploads.create(Server.ann(), new UploadRequest("deep/whole", 11, null, false, false), "");
    send(attempt, "hello "); // as a killed service leaves it, but for its name
    Path states = root.resolve("state/uploads");
    Files.move(
        states.resolve(UploadStates.name(attempt.key()).orElseThrow() + ".json"),
        states.resolve(UploadStates.name(Joining.key(keys)).orElseThrow() + ".json"));
    restart("boot-1");
    join(keys);
    assertThat(files()).containsExactly("deep/whole");
  }

  @Test
  void goAlsoWhenTheJoiningWasCutOffRightAfterThePublication() throws Exception {
    List<String> keys = parts("hello ", "world");
    Path states = root.resolve("state/uploads");
    Path second = states.resolve(UploadStates.name(keys.getLast()).orElseThrow() + ".json");
    String before = Files.readString(second);
    Path content = hidden(keys.getLast());
    byte[] bytes = Files.readAllBytes(content);
    String whole = join(keys).key();
    // As if the service had died before it came to the second part.
    Files.writeString(second, before);
    Files.write(content, bytes);
    Path state = states.resolve(UploadStates.name(whole).orElseThrow() + ".json");
    Files.writeString(state, Files.readString(state).replace("\"final\"", "\"\""));
    restart("boot-1");
    assertThat(join(keys).key()).isEqualTo(whole);
    assertThat(files()).containsExactly("deep/whole");
    try (ResumableUpload upload = uploads.resume(whole)) {
      assertThat(upload.metadata()).isEqualTo("final");
    }
  }

  private Path hidden(String key) throws Exception {
    String part = ledger("boot-1").find(UploadStates.name(key).orElseThrow()).orElseThrow().part();
    return server.downloads("ann").resolve(".part-" + part);
  }

  @Test
  void areNotJoinedWhenTheDiskHasChangedThem() throws Exception {
    List<String> keys = parts("hello");
    Files.writeString(hidden(), "hallo");
    refused(Reason.FAILED, () -> join(keys));
    assertThat(files()).hasSize(1).allMatch(name -> name.startsWith(".part-"));
  }

  @Test
  void leaveNothingOfTheWholeWhenTheDiskFails() throws Exception {
    List<String> keys = parts("hello ", "world");
    server.disk.writeFault = HostException.Reason.NO_SPACE;
    refused(Reason.NO_SPACE, () -> join(keys));
    server.disk.writeFault = null;
    assertThat(files()).hasSize(2);
    join(keys);
    assertThat(files()).containsExactly("deep/whole");
  }

  @Test
  void areBegunOnceByTwoWhoAskAtTheSameTime() throws Exception {
    List<String> keys = parts("hello ", "world");
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger begins = new AtomicInteger();
    Beginner beginner = beginner();
    Joining.Uploads slow =
        new Joining.Uploads() {
          @Override
          public UploadTicket begin(Caller caller, UploadRequest request, String key)
              throws TransferException {
            begins.incrementAndGet();
            first.countDown();
            await(go);
            return beginner.begin(caller, request, new Beginner.Kind(key, "", false));
          }

          @Override
          public OpenResumable open(String key) throws TransferException {
            return uploads.resume(key);
          }
        };
    List<Thread> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(Thread.ofPlatform().start(() -> joinQuietly(slow, keys)));
      await(first);
    }
    while (both.getLast().getState() != Thread.State.BLOCKED && begins.get() == 1) {
      Thread.onSpinWait();
    }
    assertThat(begins).hasValue(1);
    go.countDown();
    for (Thread each : both) {
      each.join();
    }
    assertThat(files()).containsExactly("deep/whole");
  }

  private Beginner beginner() {
    Ledger ledger = ledger("boot-1");
    return new Beginner(
        new Folders(server, server.disk),
        ledger,
        new Allowance(ledger),
        server.audit::add,
        new Admission(server.traffic, server.inspectors, Rules.of(server.config(new HashMap<>()))));
  }

  /** Of two at the same time the first may lose to the second. */
  private void joinQuietly(Joining.Uploads through, List<String> keys) {
    Ledger ledger = ledger("boot-1");
    Removal removal = new Removal(new Folders(server, server.disk), ledger, server.audit::add);
    try {
      new Joining(through, ledger, removal).join(Server.ann(), WHOLE, "final", keys);
    } catch (TransferException e) {
      assertThat(e.reason()).isIn(Reason.TAKEN_OVER, Reason.GONE, Reason.NOT_FOUND);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
