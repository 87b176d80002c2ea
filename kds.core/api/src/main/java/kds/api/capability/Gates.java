package kds.api.capability;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The way to a capability's service for one call. Implemented by the kernel.
 *
 * <p>Why not a plain service reference: while a bundle is replaced, calls that run stay with the
 * old one and new calls go to the new one; and in the unplanned gap between the two a call may wait
 * a moment without holding a thread. Thread-safe; never blocks.
 */
@ProviderType
public interface Gates {
  /**
   * Enters a capability.
   *
   * @param capability its name, as {@code transfer}
   * @param service the service wanted of it
   * @return completed at once where the service is there; later, but at most ten seconds after the
   *     service left, in a gap; or with {@link CapabilityUnavailableException}. The stage may be
   *     completed by a thread that must not be held: continue on one of your own
   */
  <T> CompletionStage<Lease<T>> enter(String capability, Class<T> service);
}
