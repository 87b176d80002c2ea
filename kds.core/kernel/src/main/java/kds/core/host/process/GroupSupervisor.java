package kds.core.host.process;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import kds.api.host.HostException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done to whole groups, apart from ending them. Thread-safe. */
final class GroupSupervisor {
  private static final Logger LOG = LoggerFactory.getLogger(GroupSupervisor.class);

  /** What a group may have that programs were handed over to: a desktop's worth of applications. */
  private static final int HANDED_OVER_TASKS = 8192;

  private static final Duration MOVING = Duration.ofSeconds(5);
  private static final int LOOKS = 100;

  private final Groups groups;
  private final GroupLocks locks = new GroupLocks();
  private final Map<Long, String> running = new ConcurrentHashMap<>();

  GroupSupervisor(Groups groups) {
    this.groups = groups;
  }

  Groups groups() {
    return groups;
  }

  Lock lock(String group) {
    return locks.of(group);
  }

  /** A program begins in a group; it stays known until it ends, wherever it is moved. */
  void began(long program, String group) {
    running.put(program, group);
  }

  /** A program has ended; to be told before its number can be given again. */
  void ended(long program) {
    running.remove(program);
  }

  /** The groups in which somebody lives, or a program that began there. */
  List<String> living() throws IOException {
    Set<String> living = new TreeSet<>();
    running.forEach(
        (program, group) -> {
          // One that has ended may not have been reaped yet; until then its number is its own.
          if (ProcessTable.entry(program).filter(ProcessTable.Entry::lives).isPresent()) {
            living.add(group);
          }
        });
    for (String group : groups.names()) {
      if (!groups.isEmpty(group)) {
        living.add(group);
      }
    }
    return List.copyOf(living);
  }

  /** Ends everything in a group. */
  void end(String group, Duration grace) throws IOException, HostException {
    Set<Long> programs = new HashSet<>();
    running.forEach(
        (program, theirs) -> {
          if (theirs.equals(group)) {
            programs.add(program);
          }
        });
    Ending.end(groups, group, programs, grace);
    removeIfEmpty(group);
  }

  /** Removes a group that nobody lives in. */
  void removeIfEmpty(String group) {
    Lock lock = lock(group);
    lock.lock();
    try {
      for (int look = 1; look <= LOOKS && groups.isEmpty(group); look++) {
        try {
          groups.remove(group);
          return;
        } catch (IOException e) {
          // The kernel takes a moment to let go of a group after its last process ended.
          LOG.debug("Group {} is empty but cannot be removed yet", group, e);
          Thread.sleep(1);
        }
      }
    } catch (IOException e) {
      LOG.warn("Group {} stays", group, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Removes every group that nobody lives in any more. */
  void sweep() {
    try {
      groups.names().forEach(this::removeIfEmpty);
    } catch (IOException e) {
      LOG.warn("Empty groups stay", e);
    }
  }

  /**
   * Moves what lives in one group to another.
   *
   * @return how many processes
   */
  int move(String from, String to) throws IOException, HostException {
    if (from.equals(to) || groups.isEmpty(from)) {
      return 0;
    }
    Set<Long> moved = new HashSet<>();
    Lock lock = lock(to);
    lock.lock();
    try {
      groups.create(to, HANDED_OVER_TASKS);
      long until = System.nanoTime() + MOVING.toNanos();
      // Again until none is left: one that was not moved yet may have had a child meanwhile.
      while (!groups.isEmpty(from)) {
        if (System.nanoTime() > until) {
          throw new HostException(
              HostException.Reason.BUSY,
              "Processes in " + from + " multiply faster than they can be moved to " + to);
        }
        for (long pid : groups.members(from)) {
          groups.move(pid, from, to);
          moved.add(pid);
        }
      }
    } finally {
      lock.unlock();
    }
    removeIfEmpty(from);
    return moved.size();
  }
}
