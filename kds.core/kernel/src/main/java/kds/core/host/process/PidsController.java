package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The controller that bounds how many tasks a group has, in cgroup v2. */
final class PidsController {
  private static final Logger LOG = LoggerFactory.getLogger(PidsController.class);

  private PidsController() {}

  /**
   * Passes it on to the children of each folder, from the top down.
   *
   * @return whether the last one's children have it
   */
  static boolean enable(Path... folders) throws IOException {
    for (Path folder : folders) {
      if (!has(folder.resolve("cgroup.controllers"))) {
        return false;
      }
      Path passed = folder.resolve("cgroup.subtree_control");
      if (!has(passed)) {
        try {
          Hierarchy.write(passed, "+pids");
        } catch (IOException e) {
          // A group with processes of its own may not pass controllers on (cgroup v2's rule).
          LOG.warn("Programs get no task limit: {} cannot pass the pids controller on", folder, e);
          return false;
        }
      }
    }
    return true;
  }

  private static boolean has(Path list) throws IOException {
    return Arrays.asList(Files.readString(list).strip().split(" ")).contains("pids");
  }
}
