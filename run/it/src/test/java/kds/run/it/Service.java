package kds.run.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The service, run by the scripts that people use, in a home of its own. */
final class Service implements AutoCloseable {
  private static final Path ROOT = Path.of(System.getProperty("kds.root"));

  private final Path home;
  private final int port;
  private final Map<List<String>, Path> headers = new HashMap<>();
  private String printed = "";

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

  int port() {
    return port;
  }

  /** Its process, as it was started last. */
  String pid() throws IOException {
    return Files.readString(home.resolve("run/pid")).strip();
  }

  String script(String name, String... options) throws IOException, InterruptedException {
    return Host.succeed(words(name, options));
  }

  Outcome tryScript(String name, String... options) throws IOException, InterruptedException {
    return Host.run(words(name, options));
  }

  Service start() throws IOException, InterruptedException {
    printed = script("start", "--port", Integer.toString(port), "--detach");
    return this;
  }

  /** What the last start has told people to try. */
  String printed() {
    return printed;
  }

  /** Ends it as a power cut would, and waits until it is gone. */
  void kill() throws IOException, InterruptedException {
    String pid = pid();
    Host.succeed("kill", "-KILL", pid);
    ProcessHandle.of(Long.parseLong(pid)).ifPresent(p -> p.onExit().join());
  }

  /**
   * Starts it again, of a home that was started before, without what the script does for people.
   */
  void startAgain() throws IOException, InterruptedException {
    Path ready = home.resolve("run/ready");
    Files.deleteIfExists(ready);
    ProcessBuilder kds =
        new ProcessBuilder(
                Path.of(System.getProperty("kds.dist")).resolve("bin/kds").toString(),
                "--home",
                home.toRealPath().toString())
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(home.resolve("log/console.log").toFile()));
    kds.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = kds.start();
    Files.writeString(home.resolve("run/pid"), process.pid() + "\n");
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!Files.exists(ready)) {
      if (System.nanoTime() > until || !process.isAlive()) {
        throw new IllegalStateException("Not ready: see " + home.resolve("log/console.log"));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  void stop() throws IOException, InterruptedException {
    script("stop");
  }

  String url(String path) {
    return "https://localhost:" + port + path;
  }

  /**
   * A file for {@code curl -H @file}, with a token of these options of the script. Made once for
   * each: it takes a while.
   */
  synchronized Path header(String... tokenOptions) throws IOException, InterruptedException {
    List<String> options = List.of(tokenOptions);
    Path header = headers.get(options);
    if (header == null) {
      header = home.resolve("run/header-" + headers.size());
      String token = script("token", tokenOptions);
      Files.writeString(header, "Authorization: Bearer " + token + "\n");
      headers.put(options, header);
    }
    return header;
  }

  /** Runs curl against the service with a token of these options; the options of curl follow. */
  Outcome curl(List<String> tokenOptions, String... curl) throws IOException, InterruptedException {
    Path header = header(tokenOptions.toArray(String[]::new));
    List<String> words = new ArrayList<>(anonymousCurl());
    words.addAll(List.of("-H", "@" + header));
    words.addAll(List.of(curl));
    return Host.run(words);
  }

  Outcome curl(String... curl) throws IOException, InterruptedException {
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
    delete(home);
  }

  /** Deletes a folder and all below it. */
  static void delete(Path folder) {
    try {
      Files.walkFileTree(folder, new Deletion());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }

  private String[] words(String name, String... options) {
    List<String> words = new ArrayList<>();
    words.add(ROOT.resolve("run").resolve(name).toString());
    words.addAll(List.of("--home", home.toString()));
    words.addAll(List.of(options));
    return words.toArray(String[]::new);
  }
}
