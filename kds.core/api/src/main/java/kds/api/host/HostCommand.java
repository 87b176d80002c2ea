package kds.api.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A program to run.
 *
 * @param words the program, absolute, and its arguments; no shell sees them
 * @param environment its whole environment; nothing is inherited. Where there are no control groups
 *     {@code KDS_GROUP} is added
 * @param user whom it runs as, with that user's groups
 * @param directory where it runs
 * @param group name of its control group: letters, digits, {@code -}, {@code _}, {@code .}; a
 *     command with the group of a running one joins it. No {@code .} at its beginning
 * @param limit how long it may take; then everything in the group is ended
 * @param grace how long TERM may take before KILL
 * @param maxTasks how many processes and threads the group may have
 * @param output gets standard output and standard error as they come
 */
public record HostCommand(
    List<String> words,
    Map<String, String> environment,
    HostUser user,
    Path directory,
    String group,
    Duration limit,
    Duration grace,
    int maxTasks,
    HostOutput output) {
  /** Takes copies and checks that there is a program. */
  public HostCommand {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
    if (words.isEmpty() || !Path.of(words.getFirst()).isAbsolute()) {
      throw new IllegalArgumentException("Name a program by its absolute path, not " + words);
    }
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(grace, "grace");
    Objects.requireNonNull(output, "output");
  }
}
