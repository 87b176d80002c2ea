package kds.core.host.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Groups as control groups: who is born in one stays in it, whatever it forks or whose session it
 * joins, unless root moves it.
 *
 * <p>A group has a folder in each {@link Hierarchy}: one on a machine with cgroup v2 alone, two
 * where the pids controller is still mounted as v1 beside it.
 */
final class ControlGroups implements Groups {
  private final Place place;
  private volatile List<Hierarchy> hierarchies;

  /** Where groups are made. */
  interface Place {
    /** Finds it or makes it. */
    List<Hierarchy> establish() throws IOException;

    /** Gives it up if no group is left in it. Never waits. */
    void leave();
  }

  ControlGroups(Place place) throws IOException {
    this.place = place;
    hierarchies = place.establish();
  }

  @Override
  public void create(String group, int maxTasks) throws IOException {
    try {
      make(group, maxTasks);
    } catch (NoSuchFileException e) {
      // Somebody removed the place, as by stopping the scope. Everything in it is gone with it.
      hierarchies = place.establish();
      make(group, maxTasks);
    }
  }

  private void make(String group, int maxTasks) throws IOException {
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.create(group, maxTasks);
    }
  }

  @Override
  public void admit(String group, long pid) throws IOException {
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.admit(group, pid);
    }
  }

  @Override
  public Set<Long> members(String group) throws IOException {
    Set<Long> members = new HashSet<>();
    for (Hierarchy hierarchy : hierarchies) {
      members.addAll(hierarchy.members(group));
    }
    return members;
  }

  @Override
  public boolean contains(String group, long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
        Path path = Path.of(line.substring(line.indexOf('/')));
        for (Hierarchy hierarchy : hierarchies) {
          if (isBelow(path, hierarchy.folder(group))) {
            return true;
          }
        }
      }
    } catch (IOException e) {
      // It has ended.
    }
    return false;
  }

  /** Whether a path has the last two names of a group's folder in it, side by side. */
  private static boolean isBelow(Path path, Path folder) {
    Path last = folder.subpath(folder.getNameCount() - 2, folder.getNameCount());
    for (int i = 0; i + 2 <= path.getNameCount(); i++) {
      if (path.subpath(i, i + 2).equals(last)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean isEmpty(String group) throws IOException {
    for (Hierarchy hierarchy : hierarchies) {
      if (!hierarchy.isEmpty(group)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void kill(String group) throws IOException {
    // No birth first: then even a fork bomb is killed faster than it grows.
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.close(group);
    }
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.kill(group);
    }
  }

  @Override
  public void move(long pid, String from, String to) throws IOException {
    for (Hierarchy hierarchy : hierarchies) {
      try {
        hierarchy.admit(to, pid);
      } catch (IOException e) {
        if (contains(from, pid) && !ProcessTable.isZombie(pid)) {
          throw e;
        }
      }
    }
  }

  @Override
  public void remove(String group) throws IOException {
    for (Hierarchy hierarchy : hierarchies) {
      hierarchy.remove(group);
    }
  }

  @Override
  public List<String> names() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Hierarchy hierarchy : hierarchies) {
      names.addAll(hierarchy.names());
    }
    return List.copyOf(names);
  }

  @Override
  public void close() {
    place.leave();
  }

  @Override
  public Standing standing() {
    boolean limits = hierarchies.stream().anyMatch(Hierarchy::limits);
    String where = "Programs run in control groups below " + hierarchies.getFirst().root();
    return limits
        ? new Standing(true, where)
        : new Standing(
            false,
            where
                + ", but without task limits: the pids controller is not available there. Run the"
                + " service by systemd, or in a control group of its own.");
  }
}
