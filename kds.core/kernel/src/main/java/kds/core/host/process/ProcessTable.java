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
  record Entry(long pid, String name, char state, long parent, long session, long born) {
    /** Whether this very process lives. */
    boolean isStillThere() {
      return entry(pid).filter(now -> now.born() == born && now.lives()).isPresent();
    }

    /** Whether anything of it runs: one whose first thread has ended may have others. */
    boolean lives() {
      return state != 'Z' || threads(pid) > 1;
    }
  }

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

  private static int threads(long pid) {
    String[] all = PROC.resolve(pid + "/task").toFile().list();
    return all == null ? 0 : all.length;
  }

  /**
   * Whether a process runs as a user and for him: one whose effective user is another, as of a
   * set-user-id program, is not his.
   */
  static boolean belongsTo(long pid, long uid) {
    try {
      // The folder's owner does not tell: that of a process that hides its memory is root.
      for (String line :
          Files.readAllLines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("Uid:")) {
          String[] ids = line.split("\\s+");
          return Long.parseLong(ids[1]) == uid && Long.parseLong(ids[2]) == uid;
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
    return false;
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
