package kds.core.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Which boot of the machine this is. */
final class Boot {
  private static final Path ID = Path.of("/proc/sys/kernel/random/boot_id");

  private Boot() {}

  /** Its id; one that is like no other where the machine does not tell. */
  static String id() {
    try {
      return Files.readString(ID).strip();
    } catch (IOException e) {
      return UUID.randomUUID().toString();
    }
  }
}
