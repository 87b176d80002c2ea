package kds.core.gate;

import java.util.concurrent.CompletionStage;

/** Tells when the calls of a capability that was switched off have ended. */
public interface Drains {
  /**
   * Refuses new calls of a capability if it is switched off, and waits for the running ones.
   * Whoever withdraws the capability's condition does so when this completes, or after a time of
   * its own.
   *
   * @return completed when no call runs any more, which may be at once; exceptionally when the
   *     capability is on, or is switched on again before
   */
  CompletionStage<Void> drained(String capability);
}
