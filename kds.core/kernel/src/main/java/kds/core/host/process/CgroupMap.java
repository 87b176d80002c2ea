package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Where the control groups of a process are in the file system ({@code cgroups(7)}). */
final class CgroupMap {
  private final List<String> mounts;
  private final List<String> groups;

  private CgroupMap(List<String> mounts, List<String> groups) {
    this.mounts = mounts;
    this.groups = groups;
  }

  /**
   * Reads it.
   *
   * @param process a process id, or {@code self}
   */
  static CgroupMap of(String process) throws IOException {
    return new CgroupMap(
        Files.readAllLines(Path.of("/proc/self/mountinfo")),
        Files.readAllLines(Path.of("/proc/" + process + "/cgroup")));
  }

  /** Where a control group is that has the same path in each hierarchy. */
  static CgroupMap at(String group) throws IOException {
    return new CgroupMap(
        Files.readAllLines(Path.of("/proc/self/mountinfo")),
        List.of("0::" + group, "1:pids:" + group));
  }

  static CgroupMap of(List<String> mounts, List<String> groups) {
    return new CgroupMap(mounts, groups);
  }

  /** The folder in cgroup v2, alone or beside v1. */
  Optional<Path> unified() {
    return folder(mount -> mount.type().equals("cgroup2"), line -> line.startsWith("0::"));
  }

  /** The folder in the v1 hierarchy of a controller. */
  Optional<Path> controller(String controller) {
    return folder(
        mount -> mount.type().equals("cgroup") && mount.options().contains(controller),
        line -> Arrays.asList(line.split(":", 3)[1].split(",")).contains(controller));
  }

  private Optional<Path> folder(Predicate<Mount> mount, Predicate<String> group) {
    Optional<Path> path =
        groups.stream().filter(group).map(line -> Path.of(line.split(":", 3)[2])).findFirst();
    return path.flatMap(
        of ->
            mounts.stream()
                .map(Mount::parse)
                .filter(mount)
                .filter(each -> of.startsWith(each.root()))
                .map(each -> each.point().resolve(each.root().relativize(of).toString()))
                .findFirst());
  }

  /** A line of {@code /proc/self/mountinfo}. */
  private record Mount(Path root, Path point, String type, List<String> options) {
    static Mount parse(String line) {
      int dash = line.indexOf(" - ");
      String[] before = line.substring(0, dash).split(" ");
      String[] after = line.substring(dash + 3).split(" ");
      return new Mount(
          Path.of(before[3]),
          Path.of(before[4]),
          after[0],
          Arrays.asList(after[after.length - 1].split(",")));
    }
  }
}
