package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a restart keeps. */
class RestartSystemIT {
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
}
