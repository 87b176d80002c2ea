package kds.core.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import kds.core.state.Replacement;

/** Small files of the service's own: written whole and durably, or not at all; mode 0600. */
final class DurableFile {
  /** What the name of a file ends with that is being written; one found at start is rubbish. */
  static final String UNFINISHED = Replacement.UNFINISHED;

  private DurableFile() {}

  /** Makes a folder that only the service may enter. */
  static void folder(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Replaces a file at once and as a whole; file and folder are on the device at the end. */
  static void write(Path file, byte[] content) throws IOException {
    Replacement.PLAIN.put(file, content, true);
  }

  static void delete(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      Replacement.sync(file.getParent());
    }
  }
}
