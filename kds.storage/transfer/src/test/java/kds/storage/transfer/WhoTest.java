package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import kds.api.host.HostException;
import kds.api.security.AuditRecord;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose folder serves whom, on a machine. */
class WhoTest {
  @TempDir Path root;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
  }

  @ParameterizedTest
  @EnumSource(
      value = CredentialType.class,
      names = {"DYNAMIC", "SSO", "SMARTCARD"})
  void makesTheDownloadsFolderOfAPersonsOwnAccount(CredentialType type) throws Exception {
    Receipt receipt = upload(Server.caller("ann", type));

    assertThat(receipt.place().kind()).isEqualTo(Place.Kind.HOME);
    assertThat(receipt.place().folder()).isEqualTo(server.downloads("ann").toString());
    assertThat(server.downloads("ann").resolve("f")).exists();
  }

  @Test
  void usesTheSharedFolderWhenAStaticAccountHasNoDownloadsFolder() throws Exception {
    Receipt receipt = upload(Server.caller("ann", CredentialType.STATIC));

    assertThat(receipt.place().reason()).isEqualTo(Place.Reason.NO_DOWNLOADS_FOLDER);
    assertThat(receipt.place().folder()).isEqualTo(root.resolve("Upload").toString());
    assertThat(root.resolve("Upload/f")).exists();
    assertThat(server.downloads("ann")).doesNotExist();
    assertThat(server.audit.getFirst().details()).containsEntry("place", "NO_DOWNLOADS_FOLDER");
  }

  @Test
  void usesTheSharedFolderWhenTheFolderOfAStaticAccountIsForeign() throws Exception {
    server.disk.foreign.add(Files.createDirectories(server.downloads("ann")));

    Receipt receipt = upload(Server.caller("ann", CredentialType.STATIC));

    assertThat(receipt.place().reason()).isEqualTo(Place.Reason.FOREIGN_DOWNLOADS_FOLDER);
    assertThat(Server.names(server.downloads("ann"))).isEmpty();
  }

  @Test
  void usesTheFolderOfAStaticAccountThatHasOne() throws Exception {
    Files.createDirectories(server.downloads("ann"));

    assertThat(upload(Server.caller("ann", CredentialType.STATIC)).place().reason())
        .isEqualTo(Place.Reason.HOME);
  }

  @Test
  void neverPutsAPersonsFilesWhereOthersSeeThemBecauseOfTheirHome() throws Exception {
    server.disk.foreign.add(Files.createDirectories(server.downloads("ann")));

    TransferException refusal = refusal(Server.caller("ann", CredentialType.SSO));

    assertThat(refusal.reason()).isEqualTo(Reason.NO_FOLDER);
    assertThat(refusal).hasMessageContaining("give it back");
    assertThat(Server.names(root.resolve("Upload"))).isEmpty();
  }

  @Test
  void refusesADownloadsFolderThatIsALink() throws Exception {
    Files.createSymbolicLink(server.downloads("ann"), root.resolve("Upload"));

    assertThat(refusal(Server.ann()).reason()).isEqualTo(Reason.NO_FOLDER);
    assertThat(refusal(Server.ann())).hasMessageContaining("mounted there");
  }

  @Test
  void refusesAPersonWithoutAHome() throws Exception {
    Files.delete(server.addPerson("bob", 1002).home());

    TransferException refusal = refusal(Server.caller("bob", CredentialType.DYNAMIC));

    assertThat(refusal.reason()).isEqualTo(Reason.NO_FOLDER);
    assertThat(refusal).hasMessageContaining("Log on once");
  }

  @Test
  void refusesAnUnknownAccount() {
    TransferException refusal = refusal(Server.caller("carl", CredentialType.STATIC));

    assertThat(refusal.reason()).isEqualTo(Reason.NO_USER);
    assertThat(refusal).hasMessageContaining("'carl'").hasMessageContaining("administrator");
    assertThat(server.audit)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.outcome()).isEqualTo(AuditRecord.Outcome.REFUSED);
              assertThat(record.details()).containsEntry("reason", "NO_USER");
            });
  }

  @ParameterizedTest
  @CsvSource({"root, 0", "daemon, 1", "www-data, 33", "last, 999", "nobody, 65534"})
  void refusesTheSystemsOwnAccounts(String name, long uid) throws Exception {
    server.addPerson(name, uid);

    assertThat(refusal(Server.caller(name, CredentialType.STATIC)).reason())
        .isEqualTo(Reason.NO_USER);
    assertThat(server.downloads(name)).doesNotExist();
  }

  @Test
  void servesItselfInATrialThatRunsAsALowUidThatIsNotRoot() throws Exception {
    server.self = server.addPerson("builder", 998);

    assertThat(upload(Server.caller("builder", CredentialType.DYNAMIC)).place().kind())
        .isEqualTo(Place.Kind.HOME);
  }

  @Test
  void tellsAnUnprivilegedServiceFromABadPath() {
    server.disk.homeFault = HostException.Reason.UNPRIVILEGED;

    assertThat(refusal(Server.ann()).reason()).isEqualTo(Reason.NO_USER);
    assertThat(refusal(Server.ann())).hasMessageContaining("run it as root");
  }

  @Test
  void asksToTryAgainWhenTheDirectoryDoesNotAnswer() {
    server.directoryFault = HostException.Reason.TIMEOUT;

    assertThat(refusal(Server.ann()).reason()).isEqualTo(Reason.BUSY);
  }

  @Test
  void refusesATokenWithoutASession() {
    Caller service = new Caller("script", Set.of(), Set.of(), "t", "192.0.2.7", null);

    assertThat(refusal(service).reason()).isEqualTo(Reason.NO_SESSION);
    assertThat(server.audit.getFirst().kasmId()).isNull();
  }

  @Test
  void doesNotBlameTheConfigurationWhenTheStorageFails() throws Exception {
    server.disk.sharedFault = HostException.Reason.IO;

    assertThat(refusal(Server.caller(null, CredentialType.PROMPT_USER)).reason())
        .isEqualTo(Reason.FAILED);
  }

  @Test
  void refusesWhenTheSharedFolderIsMissingWithoutTellingWhereItWas() throws Exception {
    Files.delete(root.resolve("Upload"));

    TransferException refusal = refusal(Server.caller(null, CredentialType.PROMPT_USER));

    assertThat(refusal.reason()).isEqualTo(Reason.NO_FOLDER);
    assertThat(refusal).hasMessageContaining("'upload_dir'");
    assertThat(refusal.getMessage()).doesNotContain(root.toString());
    assertThat(refusal.getCause()).as("the control").hasMessageContaining(root.toString());
  }

  @Test
  void namesNoPathOutsideOfTheFolderInAnyMessage() throws Exception {
    for (HostException.Reason reason : HostException.Reason.values()) {
      server.disk.homeFault = reason;
      for (CredentialType type : CredentialType.values()) {
        TransferException refusal =
            catchThrowableOfType(
                TransferException.class,
                () -> server.transfer.list(Server.caller("ann", type), ""));
        if (refusal != null) {
          assertThat(refusal.getMessage()).doesNotContain(root.toString()).doesNotContain("/home");
        }
      }
    }
  }

  private Receipt upload(Caller caller) throws TransferException {
    return server.upload(caller, Server.request("f"), new byte[] {1});
  }

  private TransferException refusal(Caller caller) {
    return catchThrowableOfType(TransferException.class, () -> upload(caller));
  }
}
