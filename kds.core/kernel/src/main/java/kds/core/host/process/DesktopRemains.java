package kds.core.host.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostExit;
import kds.api.host.HostProcesses;
import kds.api.host.HostUser;

/**
 * What programs leave that were killed. All of it is removed as the user, so that nothing of
 * anybody else's can be hit by a path that he has prepared.
 */
final class DesktopRemains {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final int TASKS = 16;
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "LC_ALL", "C.UTF-8");

  /** Detaches each folder that its own user cannot look at: nobody serves it any more. */
  private static final String DETACH_DEAD =
      """
      fuse=$(command -v fusermount3 || command -v fusermount) || exit 127
      for folder do
        stat -- "$folder" > /dev/null 2>&1 || "$fuse" -u -z -- "$folder" || failed=1
      done
      exit ${failed:-0}
      """;

  private final HostProcesses processes;
  private final HostUser user;

  DesktopRemains(HostProcesses processes, HostUser user) {
    this.processes = processes;
    this.user = user;
  }

  /**
   * Kills everything that the user runs, at one stroke: the kernel lets nothing of his be born
   * meanwhile. For what multiplies faster than it can be killed one by one.
   */
  void killAll() throws HostException {
    run(List.of("/bin/sh", "-c", "kill -KILL -1"));
  }

  /** Detaches his FUSE mounts that nobody serves. Tells what went wrong. */
  Optional<String> detachDeadMounts() throws IOException, HostException {
    List<String> mounts = mounts();
    if (mounts.isEmpty()) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", DETACH_DEAD, "detach"));
    words.addAll(mounts);
    return run(words) == 0
        ? Optional.empty()
        : Optional.of("Not all dead mounts could be detached of " + mounts + ": umount -l them.");
  }

  /** The user's FUSE mounts; those that root made for him are not among them. */
  private List<String> mounts() throws IOException {
    List<String> found = new ArrayList<>();
    for (String line : Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1)) {
      // 36 35 98:0 / /mnt rw - fuse.name source rw,user_id=1000,group_id=1000 (proc(5))
      int dash = line.indexOf(" - ");
      String[] kind = line.substring(dash + 3).split(" ");
      boolean his = List.of(kind[kind.length - 1].split(",")).contains("user_id=" + user.uid());
      if (his && kind[0].startsWith("fuse")) {
        found.add(unescaped(line.split(" ")[4]));
      }
    }
    return found;
  }

  /** Space, tab, newline and backslash are written as three octal digits. */
  private static String unescaped(String path) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '\\' && i + 3 < path.length()) {
        plain.append((char) Integer.parseInt(path.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(path.charAt(i));
      }
    }
    return new String(
        plain.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** Removes files of his. Tells what went wrong. */
  Optional<String> remove(Collection<Path> files) throws HostException {
    if (files.isEmpty()) {
      return Optional.empty();
    }
    List<String> words = new ArrayList<>(List.of("/bin/rm", "-f", "--"));
    files.forEach(file -> words.add(file.toString()));
    return run(words) == 0
        ? Optional.empty()
        : Optional.of("These could not be removed: " + files + ".");
  }

  private int run(List<String> words) throws HostException {
    HostCommand command =
        new HostCommand(
            words,
            ENVIRONMENT,
            user,
            Path.of("/"),
            "desktop-end-" + user.uid(),
            LIMIT,
            GRACE,
            TASKS,
            (error, bytes) -> {});
    try {
      return processes.start(command).exit().thenApply(HostExit::code).toCompletableFuture().join();
    } catch (CompletionException | CancellationException e) {
      throw new HostException(
          HostException.Reason.IO, "Failed at " + words.getFirst() + ": " + e.getMessage(), e);
    }
  }
}
