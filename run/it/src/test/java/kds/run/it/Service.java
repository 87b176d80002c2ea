package kds.run.it;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** The service, run by the scripts that people use, in a home of its own. */
final class Service implements AutoCloseable {
  private static final Path ROOT = Path.of(System.getProperty("kds.root"));

  private final Path home;
  private final int port;

  private Service(Path home, int port) {
    this.home = home;
    this.port = port;
  }

  /** A fresh home, not started. */
  static Service fresh() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return new Service(Files.createTempDirectory("kds-it-"), free.getLocalPort());
    }
  }

  Path home() {
    return home;
  }

  String script(String name, String... options) throws IOException, InterruptedException {
    return Command.succeed(words(name, options));
  }

  Command tryScript(String name, String... options) throws IOException, InterruptedException {
    return Command.run(words(name, options));
  }

  Service start() throws IOException, InterruptedException {
    script("start", "--port", Integer.toString(port), "--detach");
    return this;
  }

  void stop() throws IOException, InterruptedException {
    script("stop");
  }

  /** Ends it at once, as the loss of power to the process would. */
  void kill() throws IOException, InterruptedException {
    long pid = Long.parseLong(Files.readString(home.resolve("run/pid")).strip());
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
  }

  String url(String path) {
    return "https://localhost:" + port + path;
  }

  /** Runs curl against the service with a token of these options; the options of curl follow. */
  Command curl(List<String> tokenOptions, String... curl) throws IOException, InterruptedException {
    Path header = home.resolve("run/it.header");
    String token = script("token", tokenOptions.toArray(String[]::new));
    Files.writeString(header, "Authorization: Bearer " + token + "\n");
    List<String> words = new ArrayList<>(anonymousCurl());
    words.addAll(List.of("-H", "@" + header));
    words.addAll(List.of(curl));
    return Command.run(words);
  }

  Command curl(String... curl) throws IOException, InterruptedException {
    return curl(List.of(), curl);
  }

  /** The status of a request without a body to keep. */
  String status(List<String> tokenOptions, String... curl)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("-o", "/dev/null", "-w", "%{http_code}"));
    words.addAll(List.of(curl));
    return curl(tokenOptions, words.toArray(String[]::new)).output();
  }

  List<String> anonymousCurl() {
    return List.of("curl", "-sS", "--cacert", home.resolve("certs/cert.pem").toString());
  }

  void edit(String line, String replacement) throws IOException {
    Path config = home.resolve("config.yaml");
    String text = Files.readString(config);
    if (!text.contains(line)) {
      throw new IllegalStateException("No '" + line + "' in\n" + text);
    }
    Path fresh = home.resolve("config.yaml.new");
    Files.writeString(fresh, text.replace(line, replacement));
    Files.move(fresh, config, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    try {
      tryScript("stop");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while stopping " + home, e);
    }
    Files.walkFileTree(
        home,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private String[] words(String name, String... options) {
    List<String> words = new ArrayList<>();
    words.add(ROOT.resolve("run").resolve(name).toString());
    words.addAll(List.of("--home", home.toString()));
    words.addAll(List.of(options));
    return words.toArray(String[]::new);
  }
}
