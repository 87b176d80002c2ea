import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The way into the service under test. */
final class Door implements AutoCloseable {
  private final String address;
  private final String token;
  private final HttpClient client;

  Door(Path home, String port) throws Exception {
    address = "https://localhost:" + port;
    token = Files.readString(home.resolve("run/token")).strip();
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(tls(home))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  private static SSLContext tls(Path home) throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(home.resolve("certs/cert.pem"))) {
      trusted.setCertificateEntry(
          "kds", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return tls;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Authorization", "Bearer " + token);
  }

  String get(String path) throws Exception {
    HttpResponse<String> answer = client.send(request(path).build(), BodyHandlers.ofString());
    must(answer.statusCode() == 200, path + ": " + answer.statusCode() + " " + answer.body());
    return answer.body();
  }

  String post(String path, String body, String wanted) throws Exception {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    must(answer.body().contains(wanted), path + ": " + answer.statusCode() + " " + answer.body());
    return answer.body();
  }

  /** The lines of an answer as they come. */
  Stream<String> lines(String path) throws Exception {
    return client.send(request(path).build(), BodyHandlers.ofLines()).body();
  }

  static void must(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
