package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The log-in sessions of a user, as systemd-logind keeps them. Where it does not run there are
 * none.
 */
record LogIns(Path users) {
  /** One file for each user who has sessions; the folder is there where logind is (sd_login(3)). */
  static LogIns ofThisMachine() {
    return new LogIns(Path.of("/run/systemd/users"));
  }

  /**
   * Closes all sessions of a user. What of them does not run as him, as a shell of root that he
   * opened in a terminal, is ended by systemd.
   */
  void close(long uid) throws IOException {
    if (Files.exists(users.resolve(Long.toString(uid)))) {
      try {
        Tool.run("loginctl", "terminate-user", Long.toString(uid));
      } catch (IOException e) {
        // He may have left by himself meanwhile, which is an error to loginctl.
        if (Files.exists(users.resolve(Long.toString(uid)))) {
          throw e;
        }
      }
    }
  }
}
