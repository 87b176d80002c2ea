package kds.http.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Other people's hands: the openssl command. */
final class OpenSsl {
  private OpenSsl() {}

  /** Skips a test where there is none. */
  static void needed() {
    Assumptions.assumeTrue(
        java.nio.file.Files.isExecutable(Path.of("/usr/bin/openssl")),
        "skipped: the openssl command is not installed (apt-get install openssl)");
  }

  /** Runs it in a folder; fails when it fails. Gives what it writes. */
  static String run(Path folder, String command) {
    String[] result = tryRun(folder, command);
    if (!result[0].equals("0")) {
      throw new AssertionError("openssl " + command + ":\n" + result[1]);
    }
    return result[1];
  }

  /** Runs it: exit code and output. */
  static String[] tryRun(Path folder, String command) {
    try {
      List<String> words = new ArrayList<>(List.of("openssl"));
      words.addAll(List.of(command.split(" ")));
      Process process =
          new ProcessBuilder(words)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new String[] {Integer.toString(process.waitFor()), output};
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
