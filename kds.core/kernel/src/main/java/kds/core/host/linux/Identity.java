package kds.core.host.linux;

import kds.api.host.HostUser;

/**
 * Whom the kernel takes a thread for when it opens, makes or names a file.
 *
 * @param uid file-system uid
 * @param gid file-system gid
 * @param groups supplementary groups
 */
public record Identity(int uid, int gid, int[] groups) {
  /** The most groups Linux lets a process have. */
  static final int MOST_GROUPS = 65536;

  /** That of an account. */
  public static Identity of(HostUser user) {
    int[] groups = user.groups().stream().limit(MOST_GROUPS).mapToInt(Long::intValue).toArray();
    return new Identity((int) user.uid(), (int) user.gid(), groups);
  }
}
