package kds.api.host;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** A program that was started. Thread-safe. */
@ProviderType
public interface HostProcess {
  /** Its process id. */
  long pid();

  /**
   * How it ended: completed when the program itself has ended and its output is taken, or when
   * everything in its group was ended by its limit. Children may still live in its group otherwise;
   * when they hold its output open, they get 200 ms for what they were about to write. Completed
   * exceptionally with a {@link HostException} when it cannot be killed, or the service stops.
   */
  CompletionStage<HostExit> exit();

  /**
   * Ends it and everything in its group: TERM, grace, KILL. Returns when none is left.
   *
   * @see HostProcesses#end
   */
  void end(Duration grace) throws HostException;

  /**
   * Moves what still lives in its group into another one, to be ended with that.
   *
   * @return how many processes were moved
   * @throws HostException {@link HostException.Reason#BUSY} while the program itself runs
   */
  int handOver(String group) throws HostException;
}
