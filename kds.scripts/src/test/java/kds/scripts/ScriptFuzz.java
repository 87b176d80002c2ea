package kds.scripts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import kds.api.host.TrustedFiles;
import kds.core.trust.OpenFiles;

/**
 * Whatever a script begins with: it is judged, never run unsaid, and its header keeps to limits.
 */
public final class ScriptFuzz {
  private static final String NAME = "x.sh";
  private static final Path FOLDER = folder();
  private static final Shelf SHELF = new Shelf(new Whole(), new OpenFiles());

  private ScriptFuzz() {}

  /** The input is the script. */
  public static void fuzzerTestOneInput(byte[] input) {
    try {
      Files.write(FOLDER.resolve("session_start").resolve(NAME), input);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Script script = SHELF.one(FOLDER, "session_start", NAME).orElseThrow();
    if (script.standing() == Script.Standing.REFUSED && script.why().isEmpty()) {
      throw new AssertionError("Refused without a reason");
    }
    try {
      check(Header.of(new String(input, StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      if (!e.getMessage().startsWith("line ")) {
        throw new AssertionError(e);
      }
    }
  }

  private static void check(Header header) {
    Duration timeout = header.timeout();
    if (timeout != null && (timeout.isNegative() || timeout.isZero() || timeout.toHours() > 24)) {
      throw new AssertionError(timeout);
    }
    for (String after : header.after()) {
      if (after.matches("(?s).*\\s.*")) {
        throw new AssertionError("'" + after + "'");
      }
    }
  }

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("script-fuzz");
      Path scripts = Files.createDirectory(folder.resolve("session_start"));
      Path script =
          Files.createFile(
              scripts.resolve(NAME),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      // Deleted in the order opposite to this one.
      folder.toFile().deleteOnExit();
      scripts.toFile().deleteOnExit();
      script.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Trusts every path that is one. */
  private record Whole() implements TrustedFiles {
    @Override
    public void check(Path path) {
      if (!path.isAbsolute()) {
        throw new AssertionError("'" + path + "' is no whole path");
      }
    }

    @Override
    public byte[] read(Path path, int mostBytes) {
      throw new AssertionError("A script is not read by that");
    }
  }
}
