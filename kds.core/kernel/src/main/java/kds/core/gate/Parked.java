package kds.core.gate;

import java.util.concurrent.CompletableFuture;
import kds.api.capability.Lease;

/**
 * A call that waits in a gap.
 *
 * @param type the service it wants
 * @param deadline when it is sent away, as {@link System#nanoTime}
 * @param answer what it waits for; its caller may cancel it
 */
record Parked<T>(Class<T> type, long deadline, CompletableFuture<Lease<T>> answer) {
  /** Each call is itself, whatever another one wants. */
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
