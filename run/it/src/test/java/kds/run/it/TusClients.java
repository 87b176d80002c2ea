package kds.run.it;

import io.tus.java.client.ProtocolException;
import io.tus.java.client.TusClient;
import io.tus.java.client.TusExecutor;
import io.tus.java.client.TusURLMemoryStore;
import io.tus.java.client.TusUpload;
import io.tus.java.client.TusUploader;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Assumptions;
import org.slf4j.LoggerFactory;

/** The tus project's own clients: each sends a file and goes on until it has arrived. */
final class TusClients {
  private static final int PAUSE_MILLIS = 200;
  private static final int TRIES = 300;

  private TusClients() {}

  /** Fetches tus-js-client into a folder; skips the test where that cannot be. */
  static void requireJavaScript(Path folder) throws InterruptedException {
    String reason = "needs node, and npm with a registry that has tus-js-client 4";
    try {
      Command install =
          Command.run(
              "npm", "install", "--silent", "--prefix", folder.toString(), "tus-js-client@4");
      if (install.exit() == 0) {
        return;
      }
    } catch (IOException e) {
      reason += ": " + e.getMessage();
    }
    LoggerFactory.getLogger(TusClients.class).warn("Skipped: {}", reason);
    Assumptions.abort(reason);
  }

  /**
   * Uploads with tus-js-client: the whole rest in one PATCH.
   *
   * @param folder where it was fetched to
   * @param certificate whom it trusts
   * @return what it did, a line for each answer
   */
  static String javaScript(
      Path folder, Path certificate, String endpoint, String token, Path file, String name)
      throws IOException, InterruptedException {
    Path script = folder.resolve("upload.cjs");
    try (InputStream source = TusClients.class.getResourceAsStream("/tus-upload.cjs")) {
      Files.copy(source, script);
    }
    Path output = folder.resolve("upload.out");
    ProcessBuilder node =
        new ProcessBuilder("node", script.toString(), endpoint, token, file.toString(), name)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    node.environment().put("NODE_EXTRA_CA_CERTS", certificate.toString());
    Process client = node.start();
    try {
      if (!client.waitFor(5, TimeUnit.MINUTES) || client.exitValue() != 0) {
        throw new AssertionError("tus-js-client did not succeed:\n" + Files.readString(output));
      }
    } finally {
      client.destroyForcibly();
    }
    return Files.readString(output);
  }

  /** Uploads with tus-java-client: 10 MiB in each PATCH, chunked, the method overridden. */
  static void java(SSLSocketFactory trust, String endpoint, String token, Path file, String name)
      throws IOException, ProtocolException {
    TusClient client =
        new TusClient() {
          @Override
          public void prepareConnection(HttpURLConnection connection) {
            super.prepareConnection(connection);
            ((HttpsURLConnection) connection).setSSLSocketFactory(trust);
            connection.setReadTimeout(60_000);
          }
        };
    client.setUploadCreationURL(URI.create(endpoint).toURL());
    client.setHeaders(Map.of("Authorization", "Bearer " + token));
    client.enableResuming(new TusURLMemoryStore());
    TusExecutor executor =
        new TusExecutor() {
          @Override
          protected void makeAttempt() throws ProtocolException, IOException {
            TusUpload upload = new TusUpload(file.toFile());
            upload.setMetadata(Map.of("filename", name));
            upload.setFingerprint(name);
            try (InputStream _ = upload.getInputStream()) {
              TusUploader uploader = client.resumeOrCreateUpload(upload);
              uploader.setChunkSize(1 << 20);
              while (uploader.uploadChunk() >= 0) {
                continue;
              }
              uploader.finish();
            }
          }
        };
    int[] delays = new int[TRIES];
    Arrays.fill(delays, PAUSE_MILLIS);
    executor.setDelays(delays);
    executor.makeAttempts();
  }
}
