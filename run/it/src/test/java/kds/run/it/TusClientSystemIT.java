package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The tus project's own client for JavaScript, while the service is killed under it. */
class TusClientSystemIT {
  private static final int SIZE = 96 << 20;

  @TempDir Path scratch;

  private void requireClient() throws InterruptedException {
    String reason = "needs node, and npm with a registry that has tus-js-client 4";
    try {
      Command install =
          Command.run(
              "npm", "install", "--silent", "--prefix", scratch.toString(), "tus-js-client@4");
      if (install.exit() == 0) {
        return;
      }
    } catch (IOException e) {
      reason += ": " + e.getMessage();
    }
    LoggerFactory.getLogger(TusClientSystemIT.class).warn("Skipped: {}", reason);
    Assumptions.abort(reason);
  }

  @Test
  void sendsAWholeFileThroughTwoKills() throws Exception {
    requireClient();
    byte[] content = new byte[SIZE];
    new Random(SIZE).nextBytes(content);
    Path file = Files.write(scratch.resolve("sent.bin"), content);
    Path script = scratch.resolve("upload.cjs");
    try (var source = getClass().getResourceAsStream("/tus-upload.cjs")) {
      Files.copy(source, script);
    }
    try (Service service = Service.fresh().start()) {
      ProcessBuilder node =
          new ProcessBuilder(
                  "node",
                  script.toString(),
                  service.url("/files/"),
                  service.script("token").strip(),
                  file.toString(),
                  "folder/sent.bin")
              .redirectErrorStream(true);
      node.environment()
          .put("NODE_EXTRA_CA_CERTS", service.home().resolve("certs/cert.pem").toString());
      Process client = node.start();
      try (BufferedReader output = client.inputReader()) {
        awaitLine(output, "progress 3");
        killAndStart(service);
        awaitLine(output, "progress 7");
        killAndStart(service);
        awaitLine(output, "done");
      } finally {
        client.destroyForcibly();
      }
      Path received = service.home().resolve("Files/folder/sent.bin");
      assertThat(Files.mismatch(file, received)).isEqualTo(-1);
      try (var names = Files.list(received.getParent())) {
        assertThat(names.toList()).containsExactly(received);
      }
    }
  }

  private static void awaitLine(BufferedReader output, String wanted) throws IOException {
    StringBuilder all = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      all.append(line).append('\n');
      if (line.equals(wanted)) {
        return;
      }
    }
    throw new AssertionError("The client ended without '" + wanted + "':\n" + all);
  }

  private static void killAndStart(Service service) throws Exception {
    service.kill();
    service.start();
  }
}
