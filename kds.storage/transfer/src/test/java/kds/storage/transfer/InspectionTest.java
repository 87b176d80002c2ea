package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.security.AuditRecord.Outcome;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadInspector;
import kds.api.transfer.UploadInspector.Allow;
import kds.api.transfer.UploadInspector.Inspected;
import kds.api.transfer.UploadInspector.Refuse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
  private static final byte[] CONTENT = "123456789".getBytes(StandardCharsets.UTF_8);

  @TempDir Path root;
  private Server server;
  private Path downloads;
  private List<UploadInspector> before = List.of();

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
    downloads = Files.createDirectories(server.downloads("ann"));
  }

  private Receipt upload() throws TransferException {
    return server.upload(Server.ann(), Server.request("sub/f.txt"), CONTENT);
  }

  private void inspectors(UploadInspector... now) {
    before.forEach(server.inspectors::removeInspector);
    before = List.of(now);
    before.forEach(server.inspectors::addInspector);
  }

  private TransferException refusal() {
    return catchThrowableOfType(TransferException.class, this::upload);
  }

  private void assertNothingKept() throws Exception {
    assertThat(Server.names(downloads.resolve("sub"))).isEmpty();
    assertThat(server.disk.open).hasValue(0);
    assertThat(server.traffic.open).hasValue(0);
    assertThat(server.audit.getLast().outcome()).isEqualTo(Outcome.REFUSED);
  }

  @Test
  void showsTheWholeUploadBeforeAnybodyElseSeesIt() throws Exception {
    List<String> seen = new ArrayList<>();
    inspectors(
        upload -> {
          ByteBuffer into = ByteBuffer.allocateDirect(100);
          while (upload.read(into, into.position()) > 0) {}
          seen.add(StandardCharsets.UTF_8.decode(into.flip()).toString());
          seen.add(upload.path() + " " + upload.size() + " " + upload.crc32c());
          seen.add(upload.sha256());
          seen.add(upload.caller().subject() + " " + upload.place().kind());
          seen.add("named: " + Files.exists(downloads.resolve("sub/f.txt")));
          return new Allow();
        });

    Receipt receipt = upload();

    assertThat(seen)
        .containsExactly(
            "123456789",
            "sub/f.txt 9 e3069283",
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
            "kasm-user-1 HOME",
            "named: false");
    assertThat(receipt.sha256()).isNull();
    assertThat(downloads.resolve("sub/f.txt")).hasContent("123456789");
    assertThat(server.disk.sealed).isTrue();
  }

  @Test
  void publishesNothingThatOneInspectorRefuses() throws Exception {
    inspectors(upload -> new Allow(), upload -> new Refuse("It is green."));
    TransferException refusal = refusal();
    assertThat(refusal.reason()).isEqualTo(Reason.REFUSED);
    assertThat(refusal).hasMessageContaining("It is green.").hasMessageContaining("sub/f.txt");
    assertNothingKept();
  }

  @Test
  void takesAFailureForARefusal() throws Exception {
    List<UploadInspector> failing =
        List.of(
            upload -> {
              throw new IOException("a secret of the scanner");
            },
            upload -> {
              throw new NoClassDefFoundError("gone");
            },
            upload -> null);
    for (UploadInspector inspector : failing) {
      inspectors(inspector);
      assertThat(refusal().reason()).isEqualTo(Reason.REFUSED);
      assertThat(refusal()).message().contains("could not be inspected").doesNotContain("secret");
      assertNothingKept();
    }
  }

  @Test
  void doesNotWaitForOneThatHangs() throws Exception {
    server.transfer.configure(server.config(Map.of("inspection_timeout", "300ms")));
    CountDownLatch interrupted = new CountDownLatch(1);
    AtomicReference<Inspected> kept = new AtomicReference<>();
    inspectors(
        upload -> {
          kept.set(upload);
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          return new Allow();
        });
    assertThat(refusal().reason()).isEqualTo(Reason.REFUSED);
    assertNothingKept();
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(
            catchThrowableOfType(
                IOException.class, () -> kept.get().read(ByteBuffer.allocateDirect(1), 0)))
        .hasMessageContaining("is over");
  }

  @Test
  void refusesUploadsWithoutAnInspectorWhereOneIsRequired() throws Exception {
    server.transfer.configure(server.config(Map.of("require_inspection", true)));
    assertThat(refusal().reason()).isEqualTo(Reason.BUSY);
    inspectors(upload -> new Allow());
    upload();
  }

  @Test
  void asksNobodyAndSealsNothingWhereThereIsNone() throws Exception {
    upload();
    assertThat(server.disk.sealed).isFalse();
    assertThat(server.audit.getLast().outcome()).isEqualTo(Outcome.DONE);
  }
}
