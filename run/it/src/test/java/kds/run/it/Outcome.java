package kds.run.it;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** How a command ended, of the host or in a machine. */
record Outcome(List<String> command, int exit, byte[] bytes, String errors) {
  /** Standard output as text, without the last line's end. */
  String output() {
    return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
  }

  /** This outcome, when the command succeeded; else a failure that shows what it said. */
  Outcome succeeded() {
    if (exit != 0) {
      throw new AssertionError(this);
    }
    return this;
  }

  @Override
  public String toString() {
    return "%s ended with %d:%n%s%n%s".formatted(String.join(" ", command), exit, output(), errors);
  }
}
