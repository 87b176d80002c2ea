package kds.core.host.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of the system that the service itself needs. */
final class Tool {
  private static final List<String> FOLDERS = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");
  private static final long PATIENCE_SECONDS = 20;

  private Tool() {}

  /** Where a program is, empty when it is not installed. */
  static Optional<String> find(String name) {
    return FOLDERS.stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  /** Starts one with nothing on its standard input; its errors come with its output. */
  static Process start(String... words) throws IOException {
    String[] all = words.clone();
    all[0] =
        find(words[0])
            .orElseThrow(() -> new IOException("There is no program " + words[0] + " here"));
    ProcessBuilder builder = new ProcessBuilder(all);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("PATH", String.join(":", FOLDERS));
    environment.put("LC_ALL", "C.UTF-8");
    return builder
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .directory(new File("/"))
        .start();
  }

  /** Runs one to its end. Meant for those that say little. */
  static String run(String... words) throws IOException {
    Process process = start(words);
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(words[0] + " did not answer within " + PATIENCE_SECONDS + " s");
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IOException(String.join(" ", words) + " failed: " + said.strip());
      }
      return said;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for " + words[0], e);
    } finally {
      process.destroyForcibly();
    }
  }
}
