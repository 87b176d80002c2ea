package kds.core.config;

import java.io.IOException;
import java.util.SortedSet;
import java.util.concurrent.CompletionStage;

/**
 * Which capabilities are switched on: the {@code capabilities} block of the file. A service within
 * the kernel, implemented by {@link ConfigService}; thread-safe.
 *
 * <p>A capability is on unless the file says otherwise. While it is on and configuration has been
 * fed, the condition {@code kds.<name>} is registered, and so its components may exist.
 */
public interface CapabilitySwitches {
  /** The capabilities that installed bundles declare, and those named in the file. */
  SortedSet<String> known();

  /** Whether it is switched on; so is one that nobody has heard of. */
  boolean isOn(String capability);

  /**
   * Writes the switch into the file and puts it into effect: returns when listeners have been told.
   *
   * @throws IOException when the file cannot be written; nothing has changed then
   * @throws IllegalArgumentException when there is no such capability; the message lists them
   */
  void turn(String capability, boolean on) throws IOException;

  /** Tells this one of every change from now on. */
  void listen(Listener listener);

  /** Tells this one no more. */
  void forget(Listener listener);

  /** Is told of switches, on the configuration's thread, which it must not hold. */
  interface Listener {
    /**
     * A switch has been turned. When off, its condition is withdrawn once the returned stage is
     * complete: refuse new calls at once, and complete it when the running ones have ended or their
     * time is over.
     */
    CompletionStage<?> switched(String capability, boolean on);
  }
}
