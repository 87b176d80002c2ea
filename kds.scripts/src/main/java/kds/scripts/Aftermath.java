package kds.scripts;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;
import kds.api.host.StateFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of scripts whose service was killed: nobody looks at their limits or hears them any more.
 * No script of this life begins before that is done. So what is done again after a crash never runs
 * beside its first attempt, and nothing that is begun now is taken for something left over.
 *
 * <p>A {@link LifeMark} tells whether another generation of the bundle has done it.
 */
final class Aftermath {
  static final String MARK = "scripts_taken_over";
  private static final Logger LOG = LoggerFactory.getLogger(Aftermath.class);

  private final LifeMark mark;
  private final HostProcesses processes;
  private final Duration grace;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /**
   * Makes one; it is to be begun.
   *
   * @param life of the service
   * @param grace between TERM and KILL
   */
  Aftermath(StateFiles states, String life, HostProcesses processes, Duration grace) {
    this.mark = new LifeMark(states, MARK, life);
    this.processes = processes;
    this.grace = grace;
  }

  /** Begins; it returns at once. */
  void begin() {
    Thread.ofVirtual().name("kds-script-aftermath").start(this::once);
  }

  /** Waits until it is over, which takes the time of grace and what the kernel needs to kill. */
  void await() {
    over.join();
  }

  private void once() {
    try {
      List<String> left = processes.groups().stream().filter(Farewell::isOurs).toList();
      if (mark.set()) {
        left.forEach(
            group -> LOG.warn("Ending what is left of a script of an earlier start: {}", group));
        Farewell.to(processes, left, grace);
      }
    } catch (HostException e) {
      LOG.error("Scripts of an earlier start could not be ended: {}", e.getMessage());
    } finally {
      over.complete(null);
    }
  }
}
