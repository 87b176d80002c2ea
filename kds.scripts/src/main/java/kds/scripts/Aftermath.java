package kds.scripts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kds.api.host.HostException;
import kds.api.host.HostProcesses;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of scripts whose service was killed: nobody looks at their limits or hears them any more.
 * No script of this life begins before that is done. So what is done again after a crash never runs
 * beside its first attempt, and nothing that is begun now is taken for something left over.
 *
 * <p>A mark in the folder of the run tells whether it was done in this life, by another generation
 * of the bundle; it names the process, because that folder may outlive it.
 */
final class Aftermath {
  static final String MARK = "scripts_taken_over";
  private static final Logger LOG = LoggerFactory.getLogger(Aftermath.class);

  private final Path mark;
  private final String life;
  private final HostProcesses processes;
  private final Duration grace;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /**
   * Makes one; it is to be begun.
   *
   * @param run the folder of the run
   * @param life of the service
   * @param grace between TERM and KILL
   */
  Aftermath(Path run, String life, HostProcesses processes, Duration grace) {
    this.mark = run.resolve(MARK);
    this.life = life;
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
      if (!isMarked()) {
        List<String> left = processes.groups().stream().filter(Farewell::isOurs).toList();
        Files.writeString(mark, life);
        left.forEach(
            group -> LOG.warn("Ending what is left of a script of an earlier start: {}", group));
        Farewell.to(processes, left, grace);
      }
    } catch (IOException e) {
      LOG.error("Scripts of an earlier start go on: {} cannot be used: {}", mark, e.toString());
    } catch (HostException e) {
      LOG.error("Scripts of an earlier start could not be ended: {}", e.getMessage());
    } finally {
      over.complete(null);
    }
  }

  private boolean isMarked() throws IOException {
    return Files.isRegularFile(mark) && Files.readString(mark).equals(life);
  }
}
