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
   * How it ended: completed when the program itself has ended and its output is taken, or when it
   * was ended by its limit. Children may still live in its group then.
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
   */
  int handOver(String group) throws HostException;
}
