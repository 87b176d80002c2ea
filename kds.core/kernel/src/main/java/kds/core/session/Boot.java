package kds.core.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which boot of the machine this is: processes and mounts live in one, journals over many. */
final class Boot {
  private static final Logger LOG = LoggerFactory.getLogger(Boot.class);

  /** {@code random(4)}: a fresh UUID for each boot, and for each container that has its own. */
  private static final Path ID = Path.of("/proc/sys/kernel/random/boot_id");

  private Boot() {}

  /** Empty where the kernel does not tell; then all journals are taken for this boot's. */
  static String id() {
    try {
      return Files.readString(ID).strip();
    } catch (IOException e) {
      LOG.warn("{} cannot be read: whether the machine was restarted is not known", ID, e);
      return "";
    }
  }
}
