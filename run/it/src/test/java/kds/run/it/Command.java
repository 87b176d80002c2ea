package kds.run.it;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command of the machine, run to its end within ten minutes. */
record Command(int exit, String output, String errors) {
  static Command run(String... words) throws IOException, InterruptedException {
    return run(List.of(words));
  }

  static Command run(List<String> words) throws IOException, InterruptedException {
    Path output = Files.createTempFile("kds-it-", ".out");
    Path errors = Files.createTempFile("kds-it-", ".err");
    try {
      Process process =
          new ProcessBuilder(words)
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .redirectInput(new File("/dev/null"))
              .start();
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("Not done within ten minutes: " + words);
      }
      return new Command(process.exitValue(), read(output), read(errors));
    } finally {
      Files.delete(output);
      Files.delete(errors);
    }
  }

  /** The output of a command that must succeed. */
  static String succeed(String... words) throws IOException, InterruptedException {
    Command done = run(words);
    if (done.exit != 0) {
      throw new IllegalStateException(
          String.join(" ", words) + " ended with " + done.exit + ":\n" + done.errors + done.output);
    }
    return done.output;
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
  }
}
