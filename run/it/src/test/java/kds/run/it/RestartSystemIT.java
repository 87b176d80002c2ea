package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a restart keeps. */
class RestartSystemIT {
  /** So many that to read their journals takes longer than to begin to listen. */
  private static final int ENDED_SESSIONS = 4000;

  @Test
  void keepsFilesKeysAndConfiguration() throws Exception {
    try (Service service = Service.fresh().start()) {
      Path note = Files.writeString(service.home().resolve("run/note.txt"), "kept");
      service.curl("-T", note.toString(), service.url("/Downloads/"));
      byte[] certificate = Files.readAllBytes(service.home().resolve("certs/cert.pem"));
      String config = Files.readString(service.home().resolve("config.yaml"));

      service.stop();
      service.start();

      assertThat(service.curl(service.url("/Downloads/note.txt")).output()).isEqualTo("kept");
      assertThat(service.home().resolve("certs/cert.pem")).hasBinaryContent(certificate);
      assertThat(service.home().resolve("config.yaml")).hasContent(config);
    }
  }

  /**
   * From the first answer on: who knocks at the door of a service that starts is let in by nobody.
   */
  @Test
  void keepsTokensOfEndedSessionsRefused() throws Exception {
    String kasmId = UUID.randomUUID().toString();
    List<String> token = List.of("--kasm-id", kasmId, "--ttl", "1h");
    try (Service service = Service.fresh().start()) {
      order(service, "/session_start", kasmId);
      assertThat(service.status(token, service.url("/api/downloads"))).isEqualTo("200");
      order(service, "/session_end", kasmId);
      assertThat(service.status(token, service.url("/api/downloads"))).isEqualTo("401");
      service.stop();
      multiply(service.home().resolve("state/sessions"), kasmId);

      AtomicBoolean started = new AtomicBoolean();
      List<String> answers = new CopyOnWriteArrayList<>();
      CompletableFuture<Void> knocking =
          CompletableFuture.runAsync(
              () -> {
                while (!started.get()) {
                  answers.add(knock(service, token));
                }
              });
      service.start();
      started.set(true);
      knocking.join();
      answers.add(knock(service, token));
      assertThat(answers).as("000: not there yet").containsOnly("000", "401").contains("000");
    }
  }

  private static String knock(Service service, List<String> token) {
    try {
      return service.status(token, service.url("/api/downloads"));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void order(Service service, String call, String kasmId) throws Exception {
    String order =
        """
        {"kasm_id":"%s","user_id":"user-1","credential_type":"prompt_user"}"""
            .formatted(kasmId);
    List<String> control = List.of("--scope", "session", "--ttl", "1h");
    assertThat(service.status(control, "--json", order, service.url(call))).isEqualTo("200");
  }

  private static void multiply(Path sessions, String kasmId) throws IOException {
    String journal = Files.readString(sessions.resolve(kasmId + ".json"));
    for (int i = 0; i < ENDED_SESSIONS; i++) {
      String other = UUID.randomUUID().toString();
      Path copy = sessions.resolve(other + ".json");
      Files.writeString(copy, journal.replace(kasmId, other));
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
    }
  }
}
