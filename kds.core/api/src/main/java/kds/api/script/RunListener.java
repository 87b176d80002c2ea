package kds.api.script;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what a run says. Implemented by whoever follows one ({@link Scripts#follow}). Called by
 * one thread at a time, which is its own and may wait.
 */
@ConsumerType
@FunctionalInterface
public interface RunListener {
  /**
   * A line of output.
   *
   * @param line without its end; secrets masked, control characters shown
   */
  void line(String line);

  /**
   * The run is over: nothing more is told.
   *
   * @param run how it went, without its output
   */
  default void ended(ScriptRun run) {}
}
