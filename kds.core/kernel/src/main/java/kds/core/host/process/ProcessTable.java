package kds.core.host.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The machine's processes, as {@code /proc} shows them at one moment. */
final class ProcessTable {
  private static final Path PROC = Path.of("/proc");

  private final Map<Long, Entry> entries;

  private ProcessTable(Map<Long, Entry> entries) {
    this.entries = entries;
  }

  /**
   * One process.
   *
   * @param name the first 15 characters of its main thread's name
   * @param state as {@code Z} for one that has ended and was not reaped
   * @param born when it was made, in ticks since the machine started: number and birth together
   *     name a process for good
   */
  record Entry(long pid, String name, char state, long parent, long session, long born) {}

  static ProcessTable now() throws IOException {
    Map<Long, Entry> entries = new HashMap<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path folder : folders) {
        entry(Long.parseLong(folder.getFileName().toString()))
            .ifPresent(entry -> entries.put(entry.pid(), entry));
      }
    }
    return new ProcessTable(entries);
  }

  /** One process, empty when there is none. */
  static Optional<Entry> entry(long pid) {
    String text;
    try {
      text =
          new String(Files.readAllBytes(PROC.resolve(pid + "/stat")), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return Optional.empty();
    }
    // The name may hold anything, so fields are counted from its closing bracket.
    int opening = text.indexOf('(');
    int closing = text.lastIndexOf(')');
    String[] fields = text.substring(closing + 2).split(" ");
    return Optional.of(
        new Entry(
            pid,
            text.substring(opening + 1, closing),
            fields[0].charAt(0),
            Long.parseLong(fields[1]),
            Long.parseLong(fields[3]),
            Long.parseLong(fields[19])));
  }

  static boolean isZombie(long pid) {
    return entry(pid).map(entry -> entry.state() == 'Z').orElse(true);
  }

  Collection<Entry> all() {
    return entries.values();
  }

  /** Some processes and all that descend from them through parents that still live. */
  Set<Entry> withDescendants(Set<Long> ancestors) {
    Map<Long, Set<Entry>> children = new HashMap<>();
    for (Entry entry : entries.values()) {
      children.computeIfAbsent(entry.parent(), parent -> new HashSet<>()).add(entry);
    }
    Set<Entry> found = new HashSet<>();
    for (long ancestor : ancestors) {
      Optional.ofNullable(entries.get(ancestor)).ifPresent(found::add);
    }
    Deque<Long> open = new ArrayDeque<>(ancestors);
    while (!open.isEmpty()) {
      for (Entry child : children.getOrDefault(open.pop(), Set.of())) {
        if (found.add(child)) {
          open.push(child.pid());
        }
      }
    }
    return found;
  }
}
