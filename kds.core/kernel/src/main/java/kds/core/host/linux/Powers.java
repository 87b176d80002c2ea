package kds.core.host.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the system lets this process do (capabilities(7)).
 *
 * @param actsForOthers whether its threads can take on users' identities, and lose root's power
 *     over files with it
 * @param ignoresQuota whether quotas and reserved space do not bind it, even as a user
 */
public record Powers(boolean actsForOthers, boolean ignoresQuota) {
  private static final int SETGID = 6;
  private static final int SETUID = 7;
  private static final int SYS_RESOURCE = 24;

  /** Those of this process. */
  public static Powers ofThisProcess() {
    long effective = effective();
    return new Powers(
        FileCalls.uid() == 0
            && has(effective, SETUID)
            && has(effective, SETGID)
            && FileCalls.losesPowerWithIdentity(),
        has(effective, SYS_RESOURCE));
  }

  private static boolean has(long capabilities, int bit) {
    return (capabilities >>> bit & 1) != 0;
  }

  private static long effective() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("CapEff:"))
          .findFirst()
          .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .orElse(0L);
    } catch (IOException e) {
      throw new IllegalStateException("KDS needs /proc to be mounted", e);
    }
  }
}
