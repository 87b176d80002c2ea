package kds.core.host.process;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import kds.core.host.linux.Processes;

/**
 * The end of one desktop, in stages: each sends a signal to some of its processes, waits until they
 * have ended, and looks for others that have come meanwhile, for a limited time.
 */
final class DesktopEnding implements AutoCloseable {
  /** How long known processes are waited for before new ones are looked for. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private final DesktopMembers members;
  private final Watch watch;
  private final Map<Id, HeldProcess> held = new HashMap<>();
  private final Set<Id> killed = new HashSet<>();
  private boolean interrupted;

  /** Names a process for good. */
  private record Id(long pid, long born) {
    static Id of(ProcessTable.Entry entry) {
      return new Id(entry.pid(), entry.born());
    }
  }

  DesktopEnding(DesktopMembers members, Watch watch) {
    this.members = members;
    this.watch = watch;
  }

  /** Asks some to end; an interrupted caller does not wait for them. */
  void ask(Predicate<ProcessTable.Entry> whom, Duration limit) throws IOException {
    // A stopped process takes a signal only when it goes on.
    stage(whom, limit, List.of(Processes.SIGTERM, Processes.SIGCONT), true);
  }

  /**
   * Kills all.
   *
   * @return whether none is left
   */
  boolean kill(Duration limit) throws IOException {
    stage(each -> true, limit, List.of(Processes.SIGKILL), false);
    return members.now().isEmpty();
  }

  private void stage(
      Predicate<ProcessTable.Entry> whom, Duration limit, List<Integer> signals, boolean polite)
      throws IOException {
    long until = System.nanoTime() + limit.toNanos();
    Set<Id> told = new HashSet<>();
    while (!(polite && interrupted)) {
      Set<HeldProcess> now = holdThose(whom);
      for (HeldProcess each : now) {
        if (told.add(Id.of(each.entry()))) {
          signals.forEach(each::signal);
        }
      }
      if (!polite) {
        now.forEach(each -> killed.add(Id.of(each.entry())));
      }
      long left = until - System.nanoTime();
      if (now.isEmpty() || left <= 0) {
        return;
      }
      await(now, Math.min(left, LOOK_AGAIN.toNanos()));
    }
  }

  private Set<HeldProcess> holdThose(Predicate<ProcessTable.Entry> whom) throws IOException {
    Set<HeldProcess> found = new HashSet<>();
    for (ProcessTable.Entry entry : members.now()) {
      if (whom.test(entry)) {
        hold(entry).ifPresent(found::add);
      }
    }
    return found;
  }

  private Optional<HeldProcess> hold(ProcessTable.Entry entry) throws IOException {
    HeldProcess known = held.get(Id.of(entry));
    if (known != null) {
      return Optional.of(known);
    }
    Optional<HeldProcess> fresh = HeldProcess.hold(entry, members.uid(), watch);
    fresh.ifPresent(each -> held.put(Id.of(entry), each));
    return fresh;
  }

  private void await(Set<HeldProcess> all, long nanos) {
    CompletableFuture<?>[] ends =
        all.stream().map(HeldProcess::ended).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(ends).get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Looked at again by the caller.
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // Ends are never exceptional.
    }
  }

  /** How many processes it has had to do with. */
  int count() {
    return held.size();
  }

  /** Names of those that had to be killed, fit for a log. */
  List<String> killed() {
    return killed.stream().map(id -> name(held.get(id).entry())).sorted().distinct().toList();
  }

  /** Those that do not end, by number and name. */
  Set<String> left() throws IOException {
    return members.now().stream()
        .map(entry -> entry.pid() + " " + name(entry))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A process chooses its name itself. */
  private static String name(ProcessTable.Entry entry) {
    return entry.name().replaceAll("[^\\x21-\\x7e]", "?");
  }

  @Override
  public void close() {
    held.values().forEach(HeldProcess::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
