package kds.run.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What machines leave on the host while they run, and must not leave after their end. */
record HostTraces(
    Set<String> processes,
    Set<String> mounts,
    Set<String> cgroups,
    Set<String> interfaces,
    Set<String> files) {

  /** All but the processes of this machine, which come and go. */
  static HostTraces besides(DebianMachine machine) throws IOException {
    return new HostTraces(
        findProcesses(machine.name()), findMounts(), findCgroups(), findInterfaces(), findFiles());
  }

  /** Processes of machines, known by their cgroup; and the nspawn and keeper processes. */
  private static Set<String> findProcesses(String but) {
    Set<String> found = new TreeSet<>();
    ProcessHandle.allProcesses()
        .forEach(
            process ->
                ofMachine(process.pid())
                    .filter(words -> !words.contains(but))
                    .ifPresent(found::add));
    return found;
  }

  private static Optional<String> ofMachine(long pid) {
    try {
      String cgroup = Files.readString(Path.of("/proc/" + pid + "/cgroup"));
      String words = Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
      String state = Files.readString(Path.of("/proc/" + pid + "/stat")).replaceAll(".*\\) ", "");
      boolean machine = cgroup.contains("/kds-debian-") || words.contains("run/debian/machine");
      return machine && !state.startsWith("Z")
          ? Optional.of(pid + " " + words + cgroup)
          : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private static Set<String> findMounts() throws IOException {
    return new TreeSet<>(Files.readAllLines(Path.of("/proc/self/mountinfo")));
  }

  private static Set<String> findCgroups() throws IOException {
    try (Stream<Path> all = Files.walk(Path.of("/sys/fs/cgroup"))) {
      return names(all.filter(path -> path.getFileName().toString().startsWith("kds-debian-")));
    } catch (UncheckedIOException e) {
      throw new IOException("A cgroup went while the tree was walked", e);
    }
  }

  private static Set<String> findInterfaces() throws IOException {
    return below("/sys/class/net", "");
  }

  private static Set<String> findFiles() throws IOException {
    Set<String> found = new TreeSet<>();
    found.addAll(below("/tmp", "nspawn-"));
    found.addAll(below("/tmp/.X11-unix", ""));
    found.addAll(below("/run/systemd/nspawn/propagate", "kds-debian-"));
    found.addAll(below("/run/systemd/nspawn/unix-export", "kds-debian-"));
    found.addAll(below(cache() + "/machines", "kds-debian-"));
    return found;
  }

  private static String cache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .orElse(System.getProperty("user.home") + "/.cache")
        .concat("/kds");
  }

  private static Set<String> below(String folder, String prefix) throws IOException {
    if (!Files.isDirectory(Path.of(folder))) {
      return Set.of();
    }
    try (Stream<Path> all = Files.list(Path.of(folder))) {
      return names(all.filter(path -> path.getFileName().toString().startsWith(prefix)));
    }
  }

  private static Set<String> names(Stream<Path> paths) {
    return new TreeSet<>(paths.map(Path::toString).toList());
  }

  /** Everything in one list, for a readable difference. */
  List<String> all() {
    return Stream.of(processes, mounts, cgroups, interfaces, files).flatMap(Set::stream).toList();
  }
}
