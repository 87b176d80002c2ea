package kds.api.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * An account, as the machine's name service (files, LDAP, …) tells it.
 *
 * @param name its canonical name, which may differ in case or form from the one asked for
 * @param uid its identity
 * @param gid its primary group
 * @param groups all its groups, the primary one among them
 * @param home its home folder, absolute
 * @param shell its log-in shell
 */
public record HostUser(
    String name, long uid, long gid, List<Long> groups, Path home, String shell) {
  /** The lowest uid of a person. Below are the system's own accounts, which are never acted for. */
  public static final long FIRST_PERSON = 1000;

  /** Takes a copy of the groups. */
  public HostUser {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(home, "home");
    Objects.requireNonNull(shell, "shell");
    groups = List.copyOf(groups);
  }

  /** Whether this is one of the system's own accounts, root among them. */
  public boolean isSystemAccount() {
    return uid < FIRST_PERSON || uid == 65534 || uid == 65535 || uid == 4294967295L;
  }
}
