package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostUser;

/**
 * Who the service is, and what it takes to run a program as somebody else: {@code setpriv} of
 * util-linux drops inheritable capabilities, and {@code chroot} of coreutils, into the root folder
 * as it is, takes on the user's ids and groups and becomes the program. The bounding set and the
 * right to gain privileges stay, so that {@code sudo} works in users' scripts.
 *
 * @param uid effective
 * @param gid effective
 * @param groups all groups
 */
record Identity(long uid, long gid, Set<Long> groups) {
  /**
   * Variables that the dynamic loader and the C library obey. setpriv starts as root, so they would
   * let the user of a program run code as root (see {@code ld.so(8)}, secure-execution mode).
   */
  private static final Pattern LOADER =
      Pattern.compile(
          "(LD_|GLIBC_|MALLOC_|RESOLV_|RES_).*|GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN"
              + "|LOCPATH|NIS_PATH|NLSPATH|TMPDIR|TZDIR");

  static Identity ofService() throws IOException {
    Map<String, String> lines =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .map(line -> line.split(":\\s*", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> a));
    long gid = Long.parseLong(lines.get("Gid").split("\\s+")[1]);
    Set<Long> groups = new HashSet<>(Set.of(gid));
    for (String group : lines.get("Groups").strip().split("\\s+")) {
      if (!group.isEmpty()) {
        groups.add(Long.parseLong(group));
      }
    }
    return new Identity(Long.parseLong(lines.get("Uid").split("\\s+")[1]), gid, groups);
  }

  /** The words to execute, and the folder to be in before. */
  record Entry(List<String> words, String directory) {}

  /**
   * What to execute so that a command runs as its user.
   *
   * @throws HostException {@link HostException.Reason#UNPRIVILEGED}, {@link
   *     HostException.Reason#SYSTEM_ACCOUNT} or {@link HostException.Reason#DENIED} when it may not
   */
  Entry enter(HostCommand command) throws HostException {
    HostUser user = command.user();
    if (isSelf(user)) {
      return new Entry(command.words(), command.directory().toString());
    }
    check(command);
    List<String> words = new ArrayList<>();
    words.add(tool("setpriv"));
    words.addAll(List.of("--inh-caps=-all", "--"));
    // The plus: a number and no name. setpriv, too, could become another user, but would look the
    // number up as a name first, in a directory that may be silent.
    words.addAll(List.of(tool("chroot"), "--skip-chdir"));
    words.add("--userspec=+" + user.uid() + ":+" + user.gid());
    words.add(
        "--groups="
            + user.groups().stream().map(gid -> "+" + gid).collect(Collectors.joining(",")));
    words.add("/");
    if (!command.directory().equals(Path.of("/"))) {
      // Entered as the user: root may be unable to (NFS), or able to where the user is not.
      words.addAll(List.of(tool("env"), "--chdir=" + command.directory(), "--"));
      if (command.words().getFirst().indexOf('=') >= 0) {
        // env would take it for a variable.
        words.addAll(List.of(tool("nice"), "-n", "0", "--"));
      }
    }
    words.addAll(command.words());
    return new Entry(words, "/");
  }

  private boolean isSelf(HostUser user) {
    if (user.uid() != uid) {
      return false;
    }
    // Who is not root cannot take on other groups than he has.
    return uid != 0
        || user.gid() == gid
            && groups.containsAll(user.groups())
            && groups.stream().allMatch(each -> each == gid || user.groups().contains(each));
  }

  private void check(HostCommand command) throws HostException {
    HostUser user = command.user();
    if (uid != 0) {
      throw new HostException(
          HostException.Reason.UNPRIVILEGED,
          "Only root can run programs as " + user.name() + ". Start the service as root.");
    }
    if (user.uid() != 0 && user.isSystemAccount()) {
      throw new HostException(
          HostException.Reason.SYSTEM_ACCOUNT,
          user.name() + " is one of the system's own accounts; no program is run as one of those");
    }
    for (String name : command.environment().keySet()) {
      if (LOADER.matcher(name).matches()) {
        throw new HostException(
            HostException.Reason.DENIED,
            "The variable "
                + name
                + " cannot be given to a program of another user: set it in the program");
      }
    }
  }

  private static String tool(String name) throws HostException {
    return Tool.find(name)
        .orElseThrow(
            () ->
                new HostException(
                    HostException.Reason.NOT_FOUND,
                    "To run programs as other users, "
                        + name
                        + " is needed. Install "
                        + (name.equals("setpriv") ? "util-linux" : "coreutils")
                        + "."));
  }
}
