package kds.core.deploy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;

/**
 * A bundle's jar, verified, with a private copy that nobody can change any more.
 *
 * @param file where the operator sees it
 * @param facts what it says of itself
 * @param deployed whether it lies in {@code deploy/}; otherwise it came with the service
 * @param modified when its content last changed
 * @param digest SHA-256 in lower-case hex
 * @param copy the private copy
 */
record Jar(Path file, Facts facts, boolean deployed, Instant modified, String digest, Path copy) {
  /** Which of several with the same symbolic name is used: the highest version, then the newest. */
  static final Comparator<Jar> BEST_FIRST =
      Comparator.comparing((Jar jar) -> jar.facts().version())
          .thenComparing(Jar::modified)
          .thenComparing(jar -> jar.file().toString())
          .reversed();

  String symbolicName() {
    return facts.symbolicName();
  }

  String version() {
    return facts.version().toString();
  }

  String fileName() {
    return file.getFileName().toString();
  }

  /** As people call it. */
  @Override
  public String toString() {
    return symbolicName() + " " + version() + (deployed ? " (" + file + ")" : " (shipped)");
  }
}
