package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.Test;

/** How an upload ends that is not finished. */
class ResumableEndTest extends ResumableFixture {
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
    restart("boot-1");
    refused(Reason.BUSY, () -> create("more", 1));
    send(first, "x");
    finish(first);
    refused(Reason.BUSY, () -> create("more", 1)); // counted a moment ago
    now = NOON.plus(Allowance.PAUSE);
    create("more", 1);
    refused(Reason.BUSY, () -> create("one too many", 1));
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
  void doesNotCountWhatHasEndedAsUnfinished() throws Exception {
    UploadTicket ticket = create("report", 1);
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      upload.terminate();
    }
    Path ended = state();
    for (int i = 0; i < 1000; i++) {
      Files.copy(ended, ended.resolveSibling("%064x.json".formatted(i)));
    }
    restart("boot-1");
    create("more", 1);
  }

  @Test
  void keepsNobodyOutForAStateThatCannotBeRead() throws Exception {
    create("report", 1);
    Files.writeString(state(), "{");
    restart("boot-1");
    UploadTicket other = create("other", 1);
    now = NOON.plus(Duration.ofHours(25));
    uploads.sweep();
    refused(Reason.GONE, () -> offset(other));
  }

  @Test
  void doesNotExpireWhileBytesCome() throws Exception {
    UploadTicket slow = create("slow", 30);
    UploadTicket verified = create("verified", 30);
    try (ResumableUpload one = uploads.resume(slow.key());
        ResumableUpload other = uploads.resume(verified.key())) {
      other.hold();
      for (int hours = 10; hours <= 50; hours += 10) {
        now = NOON.plus(Duration.ofHours(hours));
        one.write(Server.direct(bytes("hello ")));
        other.write(Server.direct(bytes("hello ")));
        uploads.sweep();
      }
      assertThat(one.sync()).isEqualTo(30);
      assertThat(other.sync()).isEqualTo(30);
    }
    finish(slow);
    assertThat(finish(verified).size()).isEqualTo(30);
  }

  @Test
  void leavesOneAloneThatWentOnWhileItWasToBeRemoved() throws Exception {
    UploadTicket ticket = create("report", 11);
    Ledger ledger = ledger("boot-1");
    String name = UploadStates.name(ticket.key()).orElseThrow();
    UploadState seen = ledger.known(name);
    now = NOON.plus(Duration.ofHours(20));
    send(ticket, "hello ");
    now = NOON.plus(Duration.ofHours(25));
    Removal removal = new Removal(new Folders(server, server.disk), ledger, server.audit::add);
    assertThat(removal.remove(name, seen, "EXPIRED", state -> !state.expires().isAfter(now)))
        .isFalse();
    assertThat(offset(ticket)).isEqualTo(6);
    assertThat(removal.remove(name, seen, "EXPIRED", state -> true)).isTrue();
    refused(Reason.GONE, () -> offset(ticket));
    assertThat(removal.remove(name, seen, "EXPIRED", state -> true)).isFalse();
    assertThat(server.audit).hasSize(1);
  }

  @Test
  void claimsNoPublicationOfWhatItRemoved() throws Exception {
    UploadTicket ticket = create("report", 5);
    send(ticket, "hello");
    // As a service leaves it that is killed right before it gives the file its name.
    Files.writeString(
        state(),
        Files.readString(state()).replace("\"publishing\":null", "\"publishing\":\"report\""));
    now = NOON.plus(Duration.ofHours(25));
    server.disk.diesAfterDiscard = true;
    assertThatThrownBy(uploads::sweep).hasMessage("killed");
    server.disk.diesAfterDiscard = false;
    now = NOON;
    restart("boot-1");
    refused(Reason.GONE, () -> finish(ticket));
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
  }

  @Test
  void forgetsTheOldestOfTooManyThatAreOver() throws Exception {
    UploadTicket first = create("first", 0);
    finish(first);
    now = NOON.plusSeconds(10);
    UploadTicket second = create("second", 0);
    finish(second);
    Ledger ledger = ledger("boot-1");
    Removal removal = new Removal(new Folders(server, server.disk), ledger, server.audit::add);
    new Sweep(ledger, removal, state -> false, 1).run();
    refused(Reason.NOT_FOUND, () -> finish(first));
    assertThat(finish(second).path()).isEqualTo("second");
  }
}
