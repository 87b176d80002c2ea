package kds.core.session;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import kds.api.host.HostUser;

/**
 * A session's user as he was when he was found: what its end goes by when the directory does not
 * answer then, or knows him no more. In the journal.
 */
record Account(String name, long uid, long gid, List<Long> groups, String home, String shell) {
  Account {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(home, "home");
    Objects.requireNonNull(shell, "shell");
    groups = List.copyOf(groups);
  }

  static Account of(HostUser user) {
    return new Account(
        user.name(), user.uid(), user.gid(), user.groups(), user.home().toString(), user.shell());
  }

  HostUser user() {
    return new HostUser(name, uid, gid, groups, Path.of(home), shell);
  }
}
