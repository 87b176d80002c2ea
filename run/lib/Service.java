import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The service of a trial home, as benchmarks and campaigns use it: {@code compile_tools} of
 * common.sh puts this beside them.
 *
 * @param pid its process, 0 where nobody asks it for anything
 */
record Service(Path home, int port, long pid, String token) {
  static Service of(Path home, int port, long pid) throws IOException {
    return new Service(home, port, pid, Files.readString(home.resolve("run/token")).strip());
  }

  /** A client with connections of its own. Closing it closes them. */
  HttpClient client() throws IOException, GeneralSecurityException {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(tls())
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .build();
  }

  /** Trusts this service alone. */
  SSLContext tls() throws IOException, GeneralSecurityException {
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
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
        .header("Authorization", "Bearer " + token);
  }

  Path files() {
    return home.resolve("Files");
  }

  /** The version of the bundle that served a call. */
  static String version(HttpResponse<?> response) {
    String header = response.headers().firstValue("Kds-Capability").orElse("");
    return header.replaceFirst(".*;version=", "");
  }

  /** What its JVM answers to a command. */
  String jcmd(String command) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process process =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
            .redirectErrorStream(true)
            .start();
    String answer = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException("jcmd " + command + ": " + answer);
    }
    return answer;
  }
}
