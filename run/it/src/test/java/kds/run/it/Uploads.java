package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Uploads by curl with one token, and what they leave behind. */
final class Uploads {
  /** The ways in which a file is sent. */
  enum Way {
    PUT_ANNOUNCED,
    PUT_UNANNOUNCED,
    OVERWRITE,
    FORM,
    TUS
  }

  private final Service service;
  private final Path folder;
  private final Path header;
  private final Queue<TusUpload> begun = new ConcurrentLinkedQueue<>();

  private Uploads(Service service, Path folder, Path header) {
    this.service = service;
    this.folder = folder;
    this.header = header;
  }

  /**
   * Gets ready.
   *
   * @param folder where the files appear
   */
  static Uploads of(Service service, Path folder, String... tokenOptions) throws Exception {
    return new Uploads(service, folder, service.header(tokenOptions));
  }

  /** An answer: its status and its body. */
  record Answer(String status, String body) {}

  Answer send(Way way, Path file, String name) throws IOException, InterruptedException {
    String to = service.url("/Downloads/" + name);
    return switch (way) {
      case PUT_ANNOUNCED -> curl("-T", file.toString(), to);
      case PUT_UNANNOUNCED -> curl("-T", file.toString(), "-H", "Transfer-Encoding: chunked", to);
      case OVERWRITE -> curl("-T", file.toString(), to + "?on_conflict=overwrite");
      case FORM -> curl("-F", "file=@" + file + ";filename=" + name, service.url("/upload"));
      case TUS -> tus(file, name);
    };
  }

  private Answer tus(Path file, String name) throws IOException, InterruptedException {
    TusUpload upload = new TusUpload(this, service.url("/files/"), file, name);
    begun.add(upload);
    return upload.send();
  }

  /** The uploads in several goes that are not finished; forgets all that were begun. */
  List<TusUpload> unfinished() {
    List<TusUpload> unfinished = begun.stream().filter(TusUpload::goesOn).toList();
    begun.clear();
    return unfinished;
  }

  Answer get(String name, Path into) throws IOException, InterruptedException {
    return curl("-o", into.toString(), service.url("/Downloads/" + name));
  }

  /** Waits until files go where they are to go, after the configuration was edited. */
  void awaitPlace(String kind) throws Exception {
    String place = service.url("/api/downloads?path=");
    Soon.until("files go to " + kind, () -> curl(place).body().contains("\"" + kind + "\""));
  }

  /** A download: how curl ended, and the status as its output. */
  Outcome fetch(Path into, String name, String... more) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(service.anonymousCurl());
    all.addAll(List.of("-H", "@" + header, "-m", "120", "-w", "%{http_code}"));
    all.addAll(List.of("-o", into.toString()));
    all.addAll(List.of(more));
    all.add(service.url("/Downloads/" + name));
    return Host.run(all);
  }

  /** A download that goes no faster than its output is read; the caller ends it. */
  Process stream(String name) throws IOException {
    List<String> all = new ArrayList<>(service.anonymousCurl());
    all.addAll(List.of("-f", "-H", "@" + header, "-m", "300", service.url("/Downloads/" + name)));
    return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  Answer curl(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(service.anonymousCurl());
    all.addAll(List.of("-H", "@" + header, "-m", "60", "-w", "\n%{http_code}"));
    all.addAll(List.of(words));
    Outcome done = Host.run(all);
    int end = done.output().lastIndexOf('\n');
    return new Answer(
        done.output().substring(end + 1), done.output().substring(0, Math.max(0, end)));
  }

  /** All names in the folder, hidden ones too, but for those of the file system itself. */
  List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> !name.equals("lost+found"))
          .sorted()
          .toList();
    }
  }

  /** What the service holds open below the folder; one that is being closed is waited for. */
  List<String> held(String pid) throws IOException, InterruptedException {
    List<String> held = look(pid);
    for (long until = System.nanoTime() + 20_000_000_000L;
        !held.isEmpty() && System.nanoTime() < until;
        held = look(pid)) {
      Thread.sleep(20);
    }
    return held;
  }

  private List<String> look(String pid) throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc", pid, "fd"))) {
      return descriptors
          .map(Uploads::target)
          .filter(target -> target.startsWith(folder.toString()))
          .toList();
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed since
    }
  }
}
