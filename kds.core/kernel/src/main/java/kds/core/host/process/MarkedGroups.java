package kds.core.host.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Groups for a service that may not have control groups, as one that a person starts for a trial: a
 * process belongs to a group when it, or a parent of it, bears the group's mark in its environment
 * or is of a session that a program of the group began with.
 *
 * <p>Second best: who drops the mark, leaves the session and loses his parent, is lost; nothing
 * limits how many there are.
 */
final class MarkedGroups implements Groups {
  private static final String VARIABLE = "KDS_GROUP";
  private static final int HOPS = 64;

  private final String name;
  // A mark names the group it was made for, but what bears it may have been handed over since.
  private final Map<String, String> groupOfMark = new ConcurrentHashMap<>();
  private final Map<Long, String> groupOfSession = new ConcurrentHashMap<>();

  MarkedGroups(String name) {
    this.name = name;
  }

  @Override
  public void create(String group, int maxTasks) {
    // A group is there as long as somebody is in it.
  }

  @Override
  public Map<String, String> marks(String group) {
    return Map.of(VARIABLE, name + "/" + group + "/" + UUID.randomUUID());
  }

  @Override
  public void admit(String group, long pid) {
    // Each program begins a session of its own, which is called by its number.
    groupOfSession.put(pid, group);
  }

  @Override
  public Set<Long> members(String group) throws IOException {
    Set<Long> members = new HashSet<>();
    all()
        .forEach(
            (pid, theirs) -> {
              if (theirs.equals(group)) {
                members.add(pid);
              }
            });
    return members;
  }

  private Map<Long, String> all() throws IOException {
    ProcessTable table = ProcessTable.now();
    Map<Long, String> found = new HashMap<>();
    Set<Long> sessions = new HashSet<>();
    for (ProcessTable.Entry each : table.all()) {
      sessions.add(each.session());
      if (each.state() != 'Z') {
        group(each, HOPS).ifPresent(group -> found.put(each.pid(), group));
      }
    }
    // A session's number may be given again once nobody is in it.
    groupOfSession.keySet().removeIf(each -> !sessions.contains(each));
    return found;
  }

  /** By its session first, which nobody can fake, then by its mark, then by its parent. */
  private Optional<String> group(ProcessTable.Entry entry, int hops) {
    String bySession = groupOfSession.get(entry.session());
    if (bySession != null) {
      return Optional.of(bySession);
    }
    Optional<String> mark = mark(entry.pid());
    if (mark.isPresent()) {
      return mark.map(this::groupOf);
    }
    if (entry.parent() <= 1 || hops == 0) {
      return Optional.empty();
    }
    return ProcessTable.entry(entry.parent()).flatMap(parent -> group(parent, hops - 1));
  }

  private String groupOf(String mark) {
    String moved = groupOfMark.get(mark);
    return moved == null ? mark.substring(0, mark.lastIndexOf('/')) : moved;
  }

  /** The mark that a process bears, without the installation's name. */
  private Optional<String> mark(long pid) {
    String wanted = VARIABLE + "=" + name + "/";
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/environ"));
      for (String variable : new String(bytes, StandardCharsets.ISO_8859_1).split("\0")) {
        if (variable.startsWith(wanted) && variable.indexOf('/', wanted.length()) > 0) {
          return Optional.of(variable.substring(wanted.length()));
        }
      }
    } catch (IOException e) {
      // It has ended, or is another user's.
    }
    return Optional.empty();
  }

  @Override
  public boolean contains(String group, long pid) {
    return ProcessTable.entry(pid)
        .filter(entry -> entry.state() != 'Z')
        .flatMap(entry -> group(entry, HOPS))
        .filter(group::equals)
        .isPresent();
  }

  @Override
  public boolean isEmpty(String group) throws IOException {
    return members(group).isEmpty();
  }

  @Override
  public void kill(String group) {
    // One by one is all there is.
  }

  @Override
  public void move(long pid, String from, String to) {
    ProcessTable.entry(pid)
        .ifPresent(entry -> groupOfSession.computeIfPresent(entry.session(), (session, old) -> to));
    mark(pid).ifPresent(mark -> groupOfMark.put(mark, to));
  }

  @Override
  public void remove(String group) {
    groupOfMark.values().removeIf(group::equals);
  }

  @Override
  public List<String> names() throws IOException {
    return List.copyOf(new TreeSet<>(all().values()));
  }

  @Override
  public Standing standing() {
    return new Standing(
        false,
        "Programs run without control groups: task limits do not hold, and a process that hides on"
            + " purpose can outlive its script. Start the service as root, where it can write to"
            + " /sys/fs/cgroup.");
  }

  @Override
  public void close() {
    // Nothing is kept.
  }
}
