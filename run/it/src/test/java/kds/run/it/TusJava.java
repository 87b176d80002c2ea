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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/** The tus project's own client for Java. */
final class TusJava {
  private static final int PAUSE_MILLIS = 200;
  private static final int TRIES = 300;

  private TusJava() {}

  /**
   * Uploads with tus-java-client: 10 MiB in each PATCH, chunked, the method overridden; goes on
   * until it has arrived.
   */
  static void send(SSLSocketFactory trust, String endpoint, String token, Path file, String name)
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
