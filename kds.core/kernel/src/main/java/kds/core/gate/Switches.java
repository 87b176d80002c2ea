package kds.core.gate;

import java.io.IOException;
import java.util.Set;

/**
 * What the operator wants switched on, as it stands in the configuration. The gates only follow it.
 * Thread-safe.
 */
public interface Switches {
  /** Whether a capability is switched on. One that the configuration does not name is on. */
  boolean on(String capability);

  /** The capabilities that the configuration names. */
  Set<String> names();

  /**
   * Writes a switch into the configuration.
   *
   * @throws IOException when it cannot be written; nothing has changed then
   */
  void turn(String capability, boolean on) throws IOException;

  /**
   * Asks to be told after switches have changed, from any thread; the listener must be quick.
   *
   * @return close it to be told no more
   */
  AutoCloseable onChange(Runnable listener);
}
