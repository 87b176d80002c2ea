package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Children that waited at the {@link Gate} when the service was killed: nobody will ever open it.
 * They are known by the name of the thread that made them, which no program bears.
 */
final class Strays {
  private static final Logger LOG = LoggerFactory.getLogger(Strays.class);

  private Strays() {}

  /** Kills those of an earlier run. */
  static void end(String name) throws IOException {
    Path service = executable(ProcessHandle.current().pid());
    for (ProcessTable.Entry each : ProcessTable.now().all()) {
      if (each.name().equals(name)
          && each.state() != 'Z'
          && !executable(each.parent()).equals(service)) {
        LOG.info("Process {} of an earlier run waits for a start that does not come: killed", each);
        ProcessHandle.of(each.pid()).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static Path executable(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"));
    } catch (IOException e) {
      return Path.of("/");
    }
  }
}
