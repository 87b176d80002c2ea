package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import kds.api.session.CredentialType;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.Upload;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSettingsTest {
  @TempDir Path root;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    server = new Server(root, Map.of());
  }

  @Test
  void switchesUploadsAndDownloadsOffAndOn() throws Exception {
    server.upload(Server.ann(), Server.request("f"), new byte[3]);

    configure(Map.of("allow_upload", false));
    assertThat(uploadRefusal()).isEqualTo(Reason.NOT_ALLOWED);
    assertThat(server.transfer.list(Server.ann(), "").files()).hasSize(1);

    configure(Map.of("allow_download", false));
    assertThat(refusal(() -> server.transfer.list(Server.ann(), ""))).isEqualTo(Reason.NOT_ALLOWED);
    assertThat(refusal(() -> server.transfer.open(Server.ann(), "f")))
        .isEqualTo(Reason.NOT_ALLOWED);
    server.upload(Server.ann(), Server.request("g"), new byte[3]);

    configure(Map.of());
    assertThat(server.transfer.list(Server.ann(), "").files()).hasSize(2);
  }

  @Test
  void keepsTheSettingsAnUploadBeganWith() throws Exception {
    try (Upload upload = server.transfer.begin(Server.ann(), Server.request("f"))) {
      configure(Map.of("max_upload_size", "1", "multi_user", false, "allow_upload", false));
      upload.write(Server.direct(new byte[100]));

      assertThat(upload.commit().place().reason()).isEqualTo(Place.Reason.HOME);
    }
    configure(Map.of("max_upload_size", "1"));
    assertThat(refusal(() -> server.upload(Server.ann(), Server.request("f"), new byte[2])))
        .isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void movesTheNextTransferWhenTheDeploymentChangesToASingleUser() throws Exception {
    configure(Map.of("multi_user", false));

    Place place = server.upload(Server.ann(), Server.request("f"), new byte[1]).place();

    assertThat(place.reason()).isEqualTo(Place.Reason.SINGLE_USER);
    assertThat(root.resolve("Upload/f")).exists();
  }

  @Test
  void refusesTheFallbackOnceItIsSwitchedOff() throws Exception {
    configure(Map.of("fallback", "reject"));

    TransferException refusal =
        catchThrowableOfType(
            TransferException.class,
            () -> server.transfer.list(Server.caller("ann", CredentialType.STATIC), ""));

    assertThat(refusal.reason()).isEqualTo(Reason.NO_FOLDER);
    assertThat(refusal).hasMessageContaining("create that folder");
  }

  @Test
  void staysAsItWasWhenTheChangeCannotBeRead() throws Exception {
    configure(Map.of("max_upload_size", "3"));
    configure(Map.of("max_upload_size", "plenty"));

    assertThat(refusal(() -> server.upload(Server.ann(), Server.request("f"), new byte[4])))
        .isEqualTo(Reason.TOO_LARGE);
  }

  /** The house's rule: a change never restarts a component, and all of it comes at once. */
  @Test
  void hasAModifiedMethodAndOneVolatileSettingsRecord() throws Exception {
    String component =
        Files.readString(Path.of("target/classes/OSGI-INF/kds.storage.transfer.SessionFiles.xml"));

    assertThat(component)
        .contains("modified=\"configure\"")
        .contains("configuration-pid=\"kds.transfer\"")
        .contains("(osgi.condition.id=kds.transfer)")
        .contains("name=\"kds.capability\" type=\"String\" value=\"transfer\"");
    assertThat(Arrays.stream(SessionFiles.class.getDeclaredFields()))
        .filteredOn(field -> Modifier.isVolatile(field.getModifiers()))
        .singleElement()
        .satisfies(field -> assertThat(field.getType()).isEqualTo(Settings.class));
  }

  private interface Act {
    void run() throws TransferException;
  }

  private void configure(Map<String, Object> config) {
    server.transfer.configure(server.config(config));
  }

  private Reason uploadRefusal() {
    return refusal(() -> server.upload(Server.ann(), Server.request("f"), new byte[1]));
  }

  private static Reason refusal(Act act) {
    return catchThrowableOfType(TransferException.class, act::run).reason();
  }
}
