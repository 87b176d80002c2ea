package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.Test;

/** What is kept of an upload from go to go. */
class ResumableTest extends ResumableFixture {
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
  void losesNothingThatWasToldWhenItsStateCannotBeWritten() throws Exception {
    UploadTicket ticket = create("report", 11);
    send(ticket, "hello ");
    Path states = root.resolve("state/uploads");
    Path away = root.resolve("state/away");
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      Files.move(states, away);
      Files.createFile(states); // as on a disk that is full, no state can be written
      upload.write(Server.direct(bytes("world")));
      refused(Reason.FAILED, upload::sync);
    }
    Files.delete(states);
    Files.move(away, states);
    assertThat(offset(ticket)).isEqualTo(6);
    send(ticket, "world");
    assertThat(finish(ticket).crc32c()).isEqualTo(crc("hello world"));
  }
}
