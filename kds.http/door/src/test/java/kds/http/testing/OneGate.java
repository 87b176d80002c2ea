package kds.http.testing;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import kds.api.capability.Gates;
import kds.api.capability.Lease;

/** A gate to one service, which a test can hold shut, and which counts its leases. */
public final class OneGate implements Gates {
  /** Leases that are open. */
  public final Count leases = new Count();

  /** What an entry gets; a test may delay or fail it. */
  public volatile Supplier<CompletableFuture<Lease<?>>> entry =
      () -> CompletableFuture.completedFuture(lease());

  private final Object service;
  private final Queue<Runnable> cuts = new ConcurrentLinkedQueue<>();

  /** Makes one. */
  public OneGate(Object service) {
    this.service = service;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> CompletionStage<Lease<T>> enter(String capability, Class<T> type) {
    type.cast(service);
    return entry.get().thenApply(lease -> (Lease<T>) lease);
  }

  /** Tells everybody who has or had a lease that his time is over. */
  public void cut() {
    cuts.forEach(Runnable::run);
  }

  /** A lease on the service. */
  public Lease<?> lease() {
    leases.up();
    AtomicBoolean open = new AtomicBoolean(true);
    return new Lease<>() {
      @Override
      public Object service() {
        return service;
      }

      @Override
      public String bundle() {
        return "kds.storage.transfer";
      }

      @Override
      public String version() {
        return "1.0.0";
      }

      @Override
      public void whenCut(Runnable action) {
        cuts.add(action);
      }

      @Override
      public void close() {
        if (open.getAndSet(false)) {
          leases.down();
        }
      }
    };
  }
}
