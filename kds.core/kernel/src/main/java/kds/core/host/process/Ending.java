package kds.core.host.process;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import kds.api.host.HostException;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.Processes;

/**
 * The end of a group: TERM to all, time to obey, KILL to all, until nobody is left.
 *
 * <p>Programs and descendants that were moved out of the group are ended with it: {@code su -} and,
 * on some systems, {@code sudo} open a log-in session, and PAM puts them into that one's control
 * group.
 */
final class Ending {
  /** How long killed processes may take to vanish; only one stuck in the kernel takes longer. */
  private static final Duration KILLING = Duration.ofSeconds(10);

  private static final long FIRST_PAUSE_MILLIS = 1;
  private static final long LONGEST_PAUSE_MILLIS = 20;

  private final Groups groups;
  private final String group;
  private final Set<Long> programs;
  private final Map<Long, ProcessTable.Entry> moved = new HashMap<>();
  private boolean interrupted;

  private Ending(Groups groups, String group, Set<Long> programs) {
    this.groups = groups;
    this.group = group;
    this.programs = programs;
  }

  /**
   * Ends a group.
   *
   * @param programs the running ones that began in it, wherever they are now
   * @throws HostException {@link HostException.Reason#TIMEOUT} when something cannot be killed
   */
  static void end(Groups groups, String group, Set<Long> programs, Duration grace)
      throws IOException, HostException {
    if (!programs.isEmpty() || !groups.isEmpty(group)) {
      new Ending(groups, group, programs).end(grace);
    }
  }

  private void end(Duration grace) throws IOException, HostException {
    try {
      noteMoved();
      if (grace.isPositive()) {
        signal(Processes.SIGTERM);
        // A stopped process takes a signal only when it goes on.
        signal(Processes.SIGCONT);
        await(grace, false);
      }
      if (!isOver()) {
        await(KILLING, true);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (!isOver()) {
      Set<Long> left = new TreeSet<>(groups.members(group));
      left.addAll(moved.keySet());
      throw new HostException(
          HostException.Reason.TIMEOUT,
          "Processes "
              + left
              + " of "
              + group
              + " were killed but do not end. They are stuck in the kernel, as on a dead network"
              + " file system; see their state with ps -o stat,wchan,cmd.");
    }
  }

  private void await(Duration most, boolean killing) throws IOException {
    long until = System.nanoTime() + most.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    while (!isOver() && System.nanoTime() < until && (killing || !interrupted)) {
      if (killing) {
        noteMoved();
        groups.kill(group);
        signal(Processes.SIGKILL);
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        // Nothing is left half done: the rest is killed at once.
        interrupted = true;
      }
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
    }
  }

  private boolean isOver() throws IOException {
    moved.values().removeIf(each -> !each.isStillThere());
    return moved.isEmpty() && groups.isEmpty(group);
  }

  private void noteMoved() throws IOException {
    Set<Long> known = groups.members(group);
    known.addAll(programs);
    for (ProcessTable.Entry each : ProcessTable.now().withDescendants(known)) {
      if (each.state() != 'Z' && !groups.contains(group, each.pid())) {
        moved.put(each.pid(), each);
      }
    }
  }

  private void signal(int signal) throws IOException {
    for (long pid : groups.members(group)) {
      signal(pid, signal);
    }
    for (long pid : moved.keySet()) {
      signal(pid, signal);
    }
  }

  private void signal(long pid, int signal) {
    try {
      int pidfd = Processes.pidfd(pid);
      try {
        // Asked with the process held: its number may have passed to another one since it was read.
        if (isStillOurs(pid)) {
          Processes.signal(pidfd, signal);
        }
      } finally {
        Descriptors.close(pidfd);
      }
    } catch (IOException ignored) {
      // It has ended.
    }
  }

  private boolean isStillOurs(long pid) throws IOException {
    ProcessTable.Entry noted = moved.get(pid);
    return noted == null ? groups.contains(group, pid) : noted.isStillThere();
  }
}
