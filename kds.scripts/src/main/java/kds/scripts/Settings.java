package kds.scripts;

import java.nio.file.Path;
import java.time.Duration;
import kds.api.config.Quantity;

/**
 * The configuration, read once.
 *
 * @param scripts the folder of the scripts' folders
 * @param timeout the limit of a script that asks for no other
 * @param grace how long TERM may take before KILL
 * @param waitAtStart whether a session waits for its session_start scripts
 */
record Settings(
    Path scripts, Duration timeout, Duration grace, boolean waitAtStart, int maxTasks, int keep) {
  /** Where the control plane is. */
  record Api(String host, int port, String prefix) {}

  /**
   * Reads the configuration.
   *
   * @throws IllegalArgumentException naming the key and how to write it
   */
  static Settings of(ScriptsConfig config) {
    return new Settings(
        folder(config.script_path()),
        Quantity.duration("scripts.timeout", config.timeout()),
        Quantity.duration("scripts.grace", config.grace()),
        waits(config.session_start()),
        Math.max(1, config.max_tasks()),
        Math.max(1, config.keep()));
  }

  private static Path folder(String text) {
    Path path = Path.of(text.strip());
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(
          "script_path: '" + text + "' is not an absolute path. Write it from the root.");
    }
    return path.normalize();
  }

  private static boolean waits(String text) {
    return switch (text.strip()) {
      case "wait" -> true;
      case "background" -> false;
      default ->
          throw new IllegalArgumentException(
              "scripts.session_start: '" + text + "' is none of background, wait.");
    };
  }
}
