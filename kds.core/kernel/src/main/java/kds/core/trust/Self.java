package kds.core.trust;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The user that the service runs as: its effective ids. */
record Self(int uid, int gid) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path PASSWD = Path.of("/etc/passwd");
  private static final Path GROUP = Path.of("/etc/group");

  static Self read() {
    try {
      List<String> status = Files.readAllLines(STATUS);
      return new Self(effective(status, "Uid:"), effective(status, "Gid:"));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell which user the service runs as", e);
    }
  }

  boolean trusts(int owner) {
    return owner == 0 || owner == uid;
  }

  /**
   * Whether this group is the service user's private one, as many distributions give to each user
   * (and then a umask of 002): it has no other member, so its write bit lets nobody else in. Never
   * so for root. A user that is not in the local files (LDAP) has none as far as this goes.
   */
  boolean hasPrivateGroup(int group) {
    if (uid == 0 || group != gid) {
      return false;
    }
    try {
      return soleUserOf(group, Files.readAllLines(PASSWD), Files.readAllLines(GROUP));
    } catch (IOException | RuntimeException e) {
      return false; // Files that cannot be read prove nothing.
    }
  }

  private boolean soleUserOf(int group, List<String> passwd, List<String> groups) {
    List<String[]> users =
        passwd.stream()
            .map(line -> line.split(":", -1))
            .filter(user -> user.length > 3 && user[3].equals(Integer.toString(group)))
            .toList();
    if (users.size() != 1 || !users.getFirst()[2].equals(Integer.toString(uid))) {
      return false;
    }
    String own = users.getFirst()[0];
    return groups.stream()
        .map(line -> line.split(":", -1))
        .filter(entry -> entry.length > 3 && entry[2].equals(Integer.toString(group)))
        .allMatch(entry -> entry[3].isEmpty() || entry[3].equals(own));
  }

  private static int effective(List<String> status, String label) {
    return status.stream()
        .filter(line -> line.startsWith(label))
        .map(line -> line.substring(label.length()).strip().split("\\s+")[1])
        .mapToInt(Integer::parseUnsignedInt)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(STATUS + " has no line " + label));
  }
}
