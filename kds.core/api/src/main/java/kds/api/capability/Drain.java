package kds.api.capability;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that takes work from outside, and needs a moment to finish it before the service stops.
 * The door is one; an add-on with a listener of its own registers another as a service.
 *
 * <p>Bundles are stopped without a wait, so work in their hands is cut off. The kernel asks every
 * drain first, while all services are still there.
 */
@ConsumerType
@FunctionalInterface
public interface Drain {
  /**
   * Takes no further work from now on. Called by the kernel when the service is told to end; does
   * not block; a second call has no further effect.
   *
   * @return completed when the work under way has ended, or its own time limit is over
   */
  CompletionStage<?> drain();
}
