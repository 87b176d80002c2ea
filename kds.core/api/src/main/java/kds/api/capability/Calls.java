package kds.api.capability;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Counts calls that reach a bundle by another way than its gate, as a servlet's by its whiteboard,
 * so that its replacement waits for their end. Implemented by the kernel. Thread-safe; never
 * blocks.
 *
 * <p>Such a call has found its bundle already, so one that is being replaced still takes it, as
 * long as another of its calls is under way. Its last one gone, it takes none.
 */
@ProviderType
public interface Calls {
  /**
   * Begins a call.
   *
   * @param bundle the bundle's id
   * @return what ends it, once the call has ended, more than once without harm; empty when the
   *     bundle is about to go: another one serves in a moment, if any does
   */
  Optional<Runnable> begin(long bundle);
}
