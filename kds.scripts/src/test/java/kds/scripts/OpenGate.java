package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.script.Scripts;

/** A gate to some scripts that counts who is inside, and can be shut. */
final class OpenGate implements Gates {
  /** Whether the capability is switched off. */
  volatile boolean shut;

  private final Scripts scripts;
  private final AtomicInteger leases;

  /**
   * Makes one.
   *
   * @param leases how many are inside
   */
  OpenGate(Scripts scripts, AtomicInteger leases) {
    this.scripts = scripts;
    this.leases = leases;
  }

  @Override
  public <T> CompletionStage<Lease<T>> enter(String capability, Class<T> service) {
    assertThat(capability).isEqualTo(Scripts.CAPABILITY);
    return shut
        ? CompletableFuture.failedFuture(
            new CapabilityUnavailableException(
                CapabilityUnavailableException.Reason.OFF,
                "scripts is switched off",
                Duration.ZERO))
        : CompletableFuture.completedFuture(lease(service));
  }

  /** Somebody goes in. */
  <T> Lease<T> lease(Class<T> service) {
    leases.incrementAndGet();
    return new Counted<>(service.cast(scripts), leases);
  }

  private record Counted<T>(T service, AtomicInteger leases) implements Lease<T> {
    @Override
    public String bundle() {
      return "kds.scripts";
    }

    @Override
    public String version() {
      return "1.0.0";
    }

    @Override
    public void close() {
      leases.decrementAndGet();
    }
  }
}
