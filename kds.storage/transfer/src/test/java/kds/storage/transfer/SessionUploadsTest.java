package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kds.api.security.AuditRecord;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionContext;
import kds.api.session.SessionReport;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions;
import kds.api.session.StepResult;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;
import org.junit.jupiter.api.Test;

/** What becomes of unfinished uploads when their session ends. */
class SessionUploadsTest extends ResumableFixture {
  private static final String OTHER = "1f7bcd11-2c5f-4b6e-9a27-7c0c5c9f5a10";

  private static Session session(String kasmId) {
    return new Session(kasmId, "kasm-user-1", "ann", null, CredentialType.DYNAMIC);
  }

  private SessionContext context(String kasmId) {
    SessionRequest request =
        new SessionRequest(session(kasmId), null, List.of(), List.of(), Map.of());
    return (SessionContext)
        Proxy.newProxyInstance(
            SessionContext.class.getClassLoader(),
            new Class<?>[] {SessionContext.class},
            (_, method, _) -> {
              assertThat(method.getName()).isEqualTo("request");
              return request;
            });
  }

  private StepResult end(String kasmId) throws Exception {
    Folders folders = new Folders(server, server.disk);
    return new SessionUploads(folders, ledger("boot-1"), server.audit::add).end(context(kasmId));
  }

  private UploadTicket createOfOther(String path) throws Exception {
    Caller caller =
        new Caller("kasm-user-1", Set.of(), Set.of(), "token-2", "192.0.2.7", session(OTHER));
    return uploads.create(caller, new UploadRequest(path, 11, null, false, false), "");
  }

  @Test
  void givesTheirSpaceBackAtOnceAndLeavesOthersAlone() throws Exception {
    UploadTicket done = create("done", 5);
    send(done, "hello");
    finish(done);
    UploadTicket unfinished = create("unfinished", 11);
    send(unfinished, "hello ");
    create("untouched", 11);
    UploadTicket other = createOfOther("other");
    send(other, "hello ");

    StepResult result = end(Server.KASM_ID);

    assertThat(result.status()).isEqualTo(StepResult.Status.DONE);
    assertThat(result.message()).startsWith("2 ");
    assertThat(Server.names(server.downloads("ann"))).hasSize(2).contains("done");
    refused(Reason.GONE, () -> offset(unfinished));
    assertThat(finish(done).path()).isEqualTo("done");
    assertThat(offset(other)).isEqualTo(6);
    assertThat(server.audit)
        .filteredOn(record -> record.outcome() == AuditRecord.Outcome.FAILED)
        .hasSize(2)
        .allSatisfy(
            record -> assertThat(record.details()).containsEntry("reason", "SESSION_ENDED"));
    assertThat(end(Server.KASM_ID).status()).isEqualTo(StepResult.Status.SKIPPED);
  }

  @Test
  void letsGoOfAConnectionThatStillSends() throws Exception {
    UploadTicket ticket = create("report", 11);
    try (ResumableUpload sending = uploads.resume(ticket.key())) {
      sending.write(Server.direct(bytes("hello ")));
      assertThat(end(Server.KASM_ID).status()).isEqualTo(StepResult.Status.DONE);
      refused(Reason.TAKEN_OVER, () -> sending.write(Server.direct(bytes("world"))));
      refused(Reason.TAKEN_OVER, sending::sync);
    }
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
    refused(Reason.GONE, () -> offset(ticket));
  }

  @Test
  void keepsAFileThatWasPublishedWithoutARecordOfIt() throws Exception {
    UploadTicket ticket = create("report", 5);
    send(ticket, "hello");
    Path downloads = server.downloads("ann");
    Files.move(hidden(), downloads.resolve("report"));
    Files.writeString(
        state(),
        Files.readString(state()).replace("\"publishing\":null", "\"publishing\":\"report\""));
    end(Server.KASM_ID);
    assertThat(downloads.resolve("report")).hasContent("hello");
    assertThat(finish(ticket).path()).isEqualTo("report");
  }

  @Test
  void tellsWhenOneCouldNotBeRemoved() throws Exception {
    create("report", 5);
    server.disk.homeFault = kds.api.host.HostException.Reason.IO;
    assertThat(end(Server.KASM_ID).status()).isEqualTo(StepResult.Status.FAILED);
    server.disk.homeFault = null;
    assertThat(end(Server.KASM_ID).status()).isEqualTo(StepResult.Status.DONE);
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
  }

  /** The engine, which knows of one session. */
  private static Sessions knowing(String kasmId, SessionReport.State state) {
    SessionReport report =
        new SessionReport(session(kasmId), state, null, Instant.EPOCH, null, List.of());
    return (Sessions)
        Proxy.newProxyInstance(
            Sessions.class.getClassLoader(),
            new Class<?>[] {Sessions.class},
            (_, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("find");
              return kasmId.equals(arguments[0]) ? Optional.of(report) : Optional.empty();
            });
  }

  @Test
  void sweepsWhatWasBegunWhileTheSessionEnded() throws Exception {
    UploadTicket late = create("late", 11);
    UploadTicket other = createOfOther("other");
    uploads.sessions = knowing(Server.KASM_ID, SessionReport.State.ENDING);
    uploads.sweep();
    assertThat(offset(late)).isZero();
    uploads.sessions = knowing(Server.KASM_ID, SessionReport.State.ENDED);
    uploads.sweep();
    refused(Reason.GONE, () -> offset(late));
    assertThat(offset(other)).isZero();
  }
}
