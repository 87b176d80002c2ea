package kds.run.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.LoggerFactory;

/**
 * The tus project's own client for JavaScript.
 *
 * @param folder where it was fetched to
 * @param certificate whom it trusts
 * @param token what it begins uploads with
 */
record TusJavaScript(Path folder, Path certificate, String token) {
  /** Fetches it into a folder; skips the test where that cannot be. */
  static void require(Path folder) throws InterruptedException {
    String reason = "needs node, and npm with a registry that has tus-js-client 4";
    try {
      Outcome install =
          Host.run("npm", "install", "--silent", "--prefix", folder.toString(), "tus-js-client@4");
      if (install.exit() == 0) {
        return;
      }
    } catch (IOException e) {
      reason += ": " + e.getMessage();
    }
    LoggerFactory.getLogger(TusJavaScript.class).warn("Skipped: {}", reason);
    Assumptions.abort(reason);
  }

  /**
   * Uploads a file, the whole rest in one PATCH, and goes on until it has arrived.
   *
   * @param parts how many it sends at once, to be joined; 1 for the whole
   * @return what it did, a line for each answer
   */
  String send(String endpoint, Path file, String name, int parts)
      throws IOException, InterruptedException {
    Path script = folder.resolve("upload.cjs");
    try (InputStream source = TusJavaScript.class.getResourceAsStream("/tus-upload.cjs")) {
      Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
    }
    Path output = folder.resolve("upload.out");
    ProcessBuilder node =
        new ProcessBuilder(
                "node",
                script.toString(),
                endpoint,
                token,
                file.toString(),
                name,
                Integer.toString(parts))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    node.environment().put("NODE_EXTRA_CA_CERTS", certificate.toString());
    Process client = node.start();
    try {
      if (!client.waitFor(15, TimeUnit.MINUTES) || client.exitValue() != 0) {
        throw new AssertionError("tus-js-client did not succeed:\n" + Files.readString(output));
      }
    } finally {
      client.destroyForcibly();
    }
    return Files.readString(output);
  }
}
