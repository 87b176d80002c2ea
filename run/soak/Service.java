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
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The service under test, seen from outside: its calls, and what its process holds. */
record Service(Path home, int port, long pid, String token) {
  private static final String LOADER = "BundleWiringImpl$BundleClassLoader";

  /**
   * What a process holds.
   *
   * @param loaders class loaders of bundles
   * @param generations how many times the component's class is loaded and has an object
   */
  record Footprint(int fds, List<String> threads, long loaders, long generations) {
    boolean within(Footprint before) {
      return fds <= before.fds
          && threads.size() <= before.threads.size()
          && loaders <= before.loaders
          && generations <= before.generations;
    }
  }

  static Service of(Path home, int port, long pid) throws IOException {
    return new Service(home, port, pid, Files.readString(home.resolve("run/token")).strip());
  }

  /** A client of its own, with connections of its own. Closing it closes them. */
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

  Footprint footprint() throws IOException, InterruptedException {
    jcmd("GC.run");
    long loaders = count(jcmd("VM.classloader_stats"), LOADER);
    long generations = count(jcmd("GC.class_histogram"), "kds.storage.transfer.SessionFiles ");
    return new Footprint(entries("fd").size(), threads(), loaders, generations);
  }

  /** How many times a class was loaded so far, by the log that {@code run/soak/swap} asks for. */
  long timesLoaded(String name) throws IOException {
    try (Stream<String> lines = Files.lines(home.resolve("log/classes.log"))) {
      return lines.filter(line -> line.contains("] " + name + " ")).count();
    }
  }

  private List<String> threads() throws IOException {
    return entries("task").stream().map(Service::comm).sorted().toList();
  }

  private static String comm(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return "(ended)";
    }
  }

  private List<Path> entries(String what) throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc", Long.toString(pid), what))) {
      return entries.toList();
    }
  }

  private static long count(String text, String word) {
    return text.lines().map(line -> line + " ").filter(line -> line.contains(word)).count();
  }

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
