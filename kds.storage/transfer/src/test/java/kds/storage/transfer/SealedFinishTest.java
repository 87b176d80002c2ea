package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.session.CredentialType;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadInspector.Allow;
import kds.api.transfer.UploadInspector.Inspected;
import kds.api.transfer.UploadInspector.Refuse;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An upload in several goes whose user changes his hidden file while it is inspected. */
class SealedFinishTest extends ResumableFixture {
  private final List<String> seen = new ArrayList<>();

  /** What he does. The descriptor and the mapping are older than the inspection. */
  private enum Attack {
    WRITE {
      @Override
      void on(Path hidden, FileChannel open, ByteBuffer mapped) throws IOException {
        open.write(ByteBuffer.wrap(bytes("EVIL!")), 0);
      }
    },
    WRITE_MAPPED_MEMORY {
      @Override
      void on(Path hidden, FileChannel open, ByteBuffer mapped) {
        mapped.put(0, bytes("EVIL!"));
      }
    },
    CUT {
      @Override
      void on(Path hidden, FileChannel open, ByteBuffer mapped) throws IOException {
        open.truncate(1);
      }
    },
    EXCHANGE {
      @Override
      void on(Path hidden, FileChannel open, ByteBuffer mapped) throws IOException {
        Path other = Files.writeString(hidden.resolveSibling("other"), "EVIL!");
        Files.move(other, hidden, StandardCopyOption.REPLACE_EXISTING);
      }
    },
    REMOVE {
      @Override
      void on(Path hidden, FileChannel open, ByteBuffer mapped) throws IOException {
        Files.delete(hidden);
      }
    };

    abstract void on(Path hidden, FileChannel open, ByteBuffer mapped) throws IOException;
  }

  private static String content(Inspected upload) throws IOException {
    ByteBuffer into = ByteBuffer.allocateDirect(100);
    while (upload.read(into, into.position()) > 0) {}
    return StandardCharsets.UTF_8.decode(into.flip()).toString();
  }

  private void inspector() {
    server.inspectors.addInspector(
        upload -> {
          seen.add(content(upload));
          return new Allow();
        });
  }

  private UploadTicket complete(String path) throws Exception {
    UploadTicket ticket = create(path, 5);
    send(ticket, "hello");
    return ticket;
  }

  private List<String> files() throws IOException {
    return Server.names(server.downloads("ann"));
  }

  private static Object inode(Path file) throws IOException {
    return Files.getAttribute(file, "unix:ino");
  }

  @ParameterizedTest
  @EnumSource
  void publishesWhatWasInspectedWhateverHeDoes(Attack attack) throws Exception {
    UploadTicket ticket = complete("report");
    Path hidden = hidden();
    try (FileChannel open =
        FileChannel.open(hidden, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer mapped = open.map(FileChannel.MapMode.READ_WRITE, 0, 5);
      server.inspectors.addInspector(
          upload -> {
            seen.add(content(upload));
            attack.on(hidden, open, mapped);
            seen.add(content(upload));
            return new Allow();
          });
      Receipt receipt = finish(ticket);
      assertThat(seen).containsExactly("hello", "hello");
      assertThat(receipt.crc32c()).isEqualTo(crc("hello"));
      if (attack == Attack.WRITE) {
        open.write(ByteBuffer.wrap(bytes("EVIL!")), 0);
      }
    }
    assertThat(server.downloads("ann").resolve("report")).hasContent("hello");
    assertThat(files()).containsExactly("report");
    assertThat(server.disk.sealed).isTrue();
  }

  @Test
  void refusesWhatHeChangedBeforeItIsInspected() throws Exception {
    inspector();
    UploadTicket ticket = complete("report");
    Files.writeString(hidden(), "EVIL!");
    refused(Reason.FAILED, () -> finish(ticket));
    assertThat(seen).isEmpty();
    assertThat(files()).isEmpty();
    refused(Reason.GONE, () -> finish(ticket));
    assertThat(server.audit)
        .singleElement()
        .satisfies(record -> assertThat(record.details()).containsEntry("reason", "ALTERED"));
  }

  @Test
  void looksAlsoWhereTheInspectorCameWhenTheUploadHadBegun() throws Exception {
    UploadTicket ticket = complete("report");
    Object begun = inode(hidden());
    inspector();
    finish(ticket);
    assertThat(seen).containsExactly("hello");
    assertThat(inode(server.downloads("ann").resolve("report"))).isNotEqualTo(begun);
  }

  @Test
  void copiesNothingWhereThereIsNoInspector() throws Exception {
    UploadTicket ticket = complete("report");
    Object begun = inode(hidden());
    finish(ticket);
    assertThat(inode(server.downloads("ann").resolve("report"))).isEqualTo(begun);
  }

  /** There the hidden file is the service's own. */
  @Test
  void copiesNothingInASharedFolder() throws Exception {
    inspector();
    UploadTicket ticket =
        uploads.create(
            Server.caller(null, CredentialType.PROMPT_USER),
            new UploadRequest("report", 5, null, false, false),
            "");
    send(ticket, "hello");
    Path folder = root.resolve("Upload");
    Object begun;
    try (Stream<Path> all = Files.list(folder)) {
      begun = inode(all.findFirst().orElseThrow());
    }
    finish(ticket);
    assertThat(seen).containsExactly("hello");
    assertThat(inode(folder.resolve("report"))).isEqualTo(begun);
  }

  @Test
  void leavesNothingOfWhatIsRefused() throws Exception {
    server.inspectors.addInspector(upload -> new Refuse("It is green"));
    UploadTicket ticket = complete("report");
    refused(Reason.REFUSED, () -> finish(ticket));
    assertThat(files()).isEmpty();
    refused(Reason.GONE, () -> finish(ticket));
  }

  @Test
  void keepsTheUploadForAnotherTryWhenThereIsNoRoomForTheCopy() throws Exception {
    inspector();
    UploadTicket ticket = complete("report");
    server.disk.writeFault = HostException.Reason.NO_SPACE;
    refused(Reason.NO_SPACE, () -> finish(ticket));
    server.disk.writeFault = null;
    uploads.stop();
    uploads = started("boot-1", Map.of("min_free_space", "1MiB"));
    server.disk.spare = 1;
    refused(Reason.NO_SPACE, () -> finish(ticket));
    server.disk.spare = -1;
    assertThat(files()).singleElement().asString().startsWith(".part-");
    finish(ticket);
    assertThat(files()).containsExactly("report");
  }

  @Test
  void publishesOnceWhenSomebodyGoesOnWithItMeanwhile() throws Exception {
    UploadTicket ticket = complete("report");
    List<Receipt> receipts = new ArrayList<>();
    server.inspectors.addInspector(
        upload -> {
          seen.add(content(upload));
          if (seen.size() == 1) {
            receipts.add(finish(ticket));
          }
          return new Allow();
        });
    refused(Reason.TAKEN_OVER, () -> finish(ticket));
    assertThat(receipts).extracting(Receipt::path).containsExactly("report");
    assertThat(files()).containsExactly("report");
  }

  /** Leaves all as a service does that died when the copy had its name, and the part was there. */
  private UploadTicket diedBetweenNameAndRemoval() throws Exception {
    inspector();
    UploadTicket ticket = complete("report");
    Path hidden = hidden();
    finish(ticket);
    Files.writeString(hidden, "hello");
    Path state = state();
    Files.writeString(
        state,
        Files.readString(state)
            .replaceFirst("\"publishing\":null", "\"publishing\":\"report\"")
            .replaceFirst("\"receipt\":\\{.*\\},\"ended\"", "\"receipt\":null,\"ended\"")
            .replaceFirst("\"copied\":null", "\"copied\":true"));
    restart("boot-1");
    server.audit.clear();
    return ticket;
  }

  @Test
  void publishesOnceWhenItDiedBeforeThePartWasRemoved() throws Exception {
    UploadTicket ticket = diedBetweenNameAndRemoval();
    Receipt receipt = finish(ticket);
    assertThat(receipt.path()).isEqualTo("report");
    assertThat(receipt.crc32c()).isEqualTo(crc("hello"));
    assertThat(files()).containsExactly("report");
    assertThat(seen).as("inspected once").hasSize(1);
  }

  @Test
  void takesNothingElseForWhatWasPublishedWhenItDied() throws Exception {
    UploadTicket ticket = diedBetweenNameAndRemoval();
    Files.writeString(server.downloads("ann").resolve("report"), "EVIL!");
    assertThat(finish(ticket).path()).isEqualTo("report (1)");
    assertThat(server.downloads("ann").resolve("report (1)")).hasContent("hello");
    assertThat(files()).containsExactly("report", "report (1)");
  }

  @Test
  void knowsWhatWasPublishedWhenItDiedAfterThePartWasRemoved() throws Exception {
    inspector();
    UploadTicket ticket = complete("report");
    server.disk.diesAfterDiscard = true;
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.finish();
    } catch (AssertionError killed) {
      assertThat(killed).hasMessage("killed");
    }
    server.disk.diesAfterDiscard = false;
    restart("boot-1");
    assertThat(finish(ticket).path()).isEqualTo("report");
    assertThat(files()).containsExactly("report");
    assertThat(server.audit)
        .extracting(AuditRecord::outcome)
        .doesNotContain(AuditRecord.Outcome.FAILED);
  }
}
