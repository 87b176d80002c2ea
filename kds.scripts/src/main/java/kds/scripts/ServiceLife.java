package kds.scripts;

import java.time.Instant;

/** Which life of the service this is: its process, by a name that no other one ever has. */
final class ServiceLife {
  private static final String MARK = mark(ProcessHandle.current());

  private ServiceLife() {}

  /** The same for all bundles of this life. */
  static String mark() {
    return MARK;
  }

  private static String mark(ProcessHandle self) {
    return self.pid() + " " + self.info().startInstant().orElse(Instant.EPOCH);
  }
}
