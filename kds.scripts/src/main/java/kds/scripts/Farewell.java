package kds.scripts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of scripts by their groups: with their session, or all of them with the service. */
final class Farewell {
  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);

  /** Nobody who stops the service waits for longer. */
  private static final Duration MOST_GRACE = Duration.ofSeconds(10);

  /** What the kernel may need to be rid of what was killed. */
  static final Duration KILLING = Duration.ofSeconds(5);

  /** What it takes to note how a script ended that has ended. */
  private static final Duration NOTING = Duration.ofSeconds(2);

  private Farewell() {}

  /** Ends them, all at once. Returns when that is done, or cannot be done. */
  static void to(HostProcesses processes, Duration wanted) {
    Duration grace = wanted.compareTo(MOST_GRACE) < 0 ? wanted : MOST_GRACE;
    try {
      List<String> ours = processes.groups().stream().filter(Farewell::isOurs).toList();
      if (!ours.isEmpty()) {
        LOG.info("{} scripts end with the service", ours.size());
        to(processes, ours, grace);
      }
    } catch (HostException e) {
      LOG.error("Not all scripts could be ended: {}", e.getMessage());
    }
  }

  /**
   * Ends these groups, all at once: one that cannot be ended keeps no other alive. Returns when all
   * have ended.
   *
   * @throws HostException why one could not be ended, or not in time; of further ones as suppressed
   */
  static void to(HostProcesses processes, List<String> groups, Duration grace)
      throws HostException {
    Queue<HostException> failures = new ConcurrentLinkedQueue<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> ends = new ArrayList<>();
      groups.forEach(group -> ends.add(() -> end(processes, group, grace, failures)));
      for (Future<Void> end :
          threads.invokeAll(ends, grace.plus(KILLING).toMillis(), TimeUnit.MILLISECONDS)) {
        if (end.isCancelled()) {
          failures.add(
              new HostException(
                  HostException.Reason.TIMEOUT,
                  "A script still lives though it was killed; see what it waits for in the kernel"));
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    HostException first = failures.poll();
    if (first != null) {
      failures.forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Waits until it is noted how each of them ended. */
  static void awaitLastWords(Collection<CompletableFuture<?>> going) {
    try {
      CompletableFuture.allOf(going.toArray(CompletableFuture<?>[]::new))
          .get(NOTING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("How some scripts ended is not stored: {}", e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether no session owns what is in a group. */
  static boolean isOurs(String group) {
    return group.startsWith(Run.GROUPS) || group.equals(Job.STARTUP_HEIRS);
  }

  private static Void end(
      HostProcesses processes, String group, Duration grace, Queue<HostException> failures) {
    try {
      processes.end(group, grace);
    } catch (HostException e) {
      LOG.error("{} could not be ended: {}", group, e.getMessage());
      failures.add(e);
    }
    return null;
  }
}
