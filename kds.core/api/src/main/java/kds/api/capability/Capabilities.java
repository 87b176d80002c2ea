package kds.api.capability;

import java.io.IOException;
import java.util.List;
import kds.api.security.Caller;
import org.osgi.annotation.versioning.ProviderType;

/** All capabilities, and their switches. Implemented by the kernel. Thread-safe. */
@ProviderType
public interface Capabilities {
  /** Every capability that is installed or named in the configuration, by name. */
  List<Capability> list();

  /**
   * Switches a capability, now and for later starts. Off: its gate refuses new calls, running ones
   * get the configured time ({@code gates: switch_off_timeout}), then its services go.
   *
   * @param name the capability's name, see {@link Capability#name()}
   * @param by who asked, for the audit
   * @throws IOException when the configuration cannot be written; nothing has changed then
   * @throws IllegalArgumentException when there is no such capability; the message lists them
   */
  void turn(String name, boolean on, Caller by) throws IOException;
}
