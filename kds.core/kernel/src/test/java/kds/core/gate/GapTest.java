package kds.core.gate;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.CapabilityUnavailableException.Reason;
import kds.api.capability.Lease;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** What becomes of calls while no service is there. */
class GapTest extends AtTheGates {
  @Test
  void whatWasNeverThereIsAbsentAtOnce() {
    assertThat(refusal(enter()))
        .extracting(CapabilityUnavailableException::reason)
        .isEqualTo(Reason.ABSENT);
  }

  @Test
  void waitsInAGapUntilTheServiceReturns() throws Exception {
    ServiceRegistration<?> registration = serve(bundle("1.0.0"), "a");
    registration.unregister();
    CompletableFuture<Lease<Supplier<String>>> call = enter();
    assertThat(call).isNotDone();
    serve(bundle("1.0.1"), "b");
    assertThat(call.get(5, SECONDS).service().get()).isEqualTo("b");
    awaitFreeSeats();
  }

  /** A seat is given back right after its call has its answer. */
  private void awaitFreeSeats() throws InterruptedException {
    for (long end = System.nanoTime() + SECONDS.toNanos(5); gates.waiting() > 0; Thread.sleep(1)) {
      assertThat(System.nanoTime()).as("seats are free again").isLessThan(end);
    }
  }

  @Test
  void isAbsentWhenTheServiceDoesNotReturnInTime() throws Exception {
    gates.close();
    use(Duration.ofMillis(300), 10_000);
    serve(bundle("1.0.0"), "a").unregister();
    long began = System.nanoTime();
    CompletableFuture<Lease<Supplier<String>>> call = enter();
    assertThat(call).isNotDone();
    CapabilityUnavailableException refusal = refusal(call);
    assertThat(refusal.reason()).isEqualTo(Reason.ABSENT);
    assertThat(refusal.retryAfter()).isPositive();
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
    assertThat(enter()).as("after the gap").isCompletedExceptionally();
    awaitFreeSeats();
  }

  @Test
  void isAbsentAtOnceWhenTheServiceWasDrainedAway() throws Exception {
    Bundle bundle = bundle("1.0.0");
    ServiceRegistration<?> registration = serve(bundle, "a");
    gates.drain(bundle).toCompletableFuture().get(5, SECONDS);
    assertThat(enter()).isCompletedExceptionally();
    registration.unregister();
    assertThat(enter()).isCompletedExceptionally();
  }

  @Test
  void eightThousandWaitingCallsHoldNoThread() throws Exception {
    ServiceRegistration<?> registration = serve(bundle("1.0.0"), "a");
    registration.unregister();
    enter(); // The clock's own thread starts with the first.
    int before = liveThreads();
    List<CompletableFuture<Lease<Supplier<String>>>> calls =
        Stream.generate(this::enter).limit(8_000).toList();
    assertThat(gates.waiting()).isEqualTo(8_001);
    assertThat(liveThreads() - before).isLessThanOrEqualTo(1);
    long returned = System.nanoTime();
    serve(bundle("1.0.1"), "b");
    for (CompletableFuture<Lease<Supplier<String>>> call : calls) {
      call.get(10, SECONDS).close();
    }
    print(
        "8,000 waiting calls: %d more platform threads, all answered %d ms after the return",
        liveThreads() - before, Duration.ofNanos(System.nanoTime() - returned).toMillis());
  }

  @Test
  void isCrowdedWhenAllSeatsAreTaken() throws Exception {
    gates.close();
    use(Duration.ofSeconds(10), 3);
    serve(bundle("1.0.0"), "a").unregister();
    List<CompletableFuture<Lease<Supplier<String>>>> waiting =
        Stream.generate(this::enter).limit(3).toList();
    assertThat(refusal(enter()).reason()).isEqualTo(Reason.CROWDED);
    waiting.getFirst().cancel(false);
    assertThat(enter()).as("a seat that was given up").isNotDone();
  }

  @Test
  void aServiceThatIsSlowToObtainHoldsUpNobody() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Bundle bundle = bundle("1.0.0");
    registerFactory(bundle, release);
    long began = System.nanoTime();
    CompletableFuture<Lease<Supplier<String>>> call = enter();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
    assertThat(call).isNotDone();
    release.countDown();
    assertThat(call.get(5, SECONDS).service().get()).isEqualTo("slow");
  }
}
