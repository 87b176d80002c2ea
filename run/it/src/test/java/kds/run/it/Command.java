package kds.run.it;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A command of the machine, run to its end within ten minutes. */
record Command(int exit, String output, String errors) {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  static Command run(String... words) throws IOException, InterruptedException {
    return run(List.of(words));
  }

  static Command run(List<String> words) throws IOException, InterruptedException {
    Outcome done = Host.run(LIMIT, new byte[0], words);
    return new Command(done.exit(), done.output().strip(), done.errors().strip());
  }

  /** The output of a command that must succeed. */
  static String succeed(String... words) throws IOException, InterruptedException {
    return Host.run(LIMIT, new byte[0], List.of(words)).succeeded().output().strip();
  }
}
