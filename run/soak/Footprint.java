import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the service's process holds.
 *
 * @param loaders class loaders of bundles
 * @param generations how many times the component's class is loaded and has an object
 */
record Footprint(int fds, List<String> threads, long loaders, long generations) {
  private static final String LOADER = "BundleWiringImpl$BundleClassLoader";

  static Footprint of(Service service) throws IOException, InterruptedException {
    service.jcmd("GC.run");
    long loaders = count(service.jcmd("VM.classloader_stats"), LOADER);
    String histogram = service.jcmd("GC.class_histogram");
    long generations = count(histogram, "kds.storage.transfer.SessionFiles ");
    int fds = entries(service, "fd").size();
    return new Footprint(fds, threads(service), loaders, generations);
  }

  boolean within(Footprint before) {
    return fds <= before.fds
        && threads.size() <= before.threads.size()
        && loaders <= before.loaders
        && generations <= before.generations;
  }

  private static List<String> threads(Service service) throws IOException {
    return entries(service, "task").stream().map(Footprint::comm).sorted().toList();
  }

  private static String comm(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return "(ended)";
    }
  }

  private static List<Path> entries(Service service, String what) throws IOException {
    Path folder = Path.of("/proc", Long.toString(service.pid()), what);
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static long count(String text, String word) {
    return text.lines().map(line -> line + " ").filter(line -> line.contains(word)).count();
  }
}
