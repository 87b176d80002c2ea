package kds.core.gate;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kds.api.capability.Lease;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Which bundle a call enters, and what follows when one takes over from another. */
class GatehouseTest extends AtTheGates {
  @Test
  void entersTheNewestBundle() throws Exception {
    serve(bundle("1.0.0"), "old");
    serve(bundle("2.0.0"), "new");
    try (Lease<?> lease = enter().get(5, SECONDS)) {
      assertThat(lease.version()).isEqualTo("2.0.0");
      assertThat(lease.bundle()).isEqualTo("toy");
    }
  }

  @Test
  void prefersTheHigherRankingWithinOneBundle() throws Exception {
    Bundle bundle = bundle("1.0.0");
    register(bundle, () -> "low", Map.of("service.ranking", 1));
    register(bundle, () -> "high", Map.of("service.ranking", 9));
    ready(bundle);
    // Ready with the first of the two; the other is obtained a moment later.
    long end = System.nanoTime() + SECONDS.toNanos(5);
    String served = "";
    while (!served.equals("high") && System.nanoTime() < end) {
      try (Lease<Supplier<String>> lease = enter().get(5, SECONDS)) {
        served = lease.service().get();
      }
      Thread.yield();
    }
    assertThat(served).isEqualTo("high");
  }

  @Test
  void aLeaseStaysWithTheBundleThatGaveIt() throws Exception {
    Bundle old = bundle("1.0.0");
    serve(old, "old");
    Lease<Supplier<String>> lease = enter().get(5, SECONDS);
    serve(bundle("2.0.0"), "new");
    CompletableFuture<Void> drained = gates.drain(old).toCompletableFuture();
    assertThat(lease.service().get()).isEqualTo("old");
    assertThat(drained).isNotDone();
    assertThat(gates.leases(old)).isEqualTo(1);
    lease.close();
    assertThat(drained).isCompleted();
    assertThat(gates.leases(old)).isZero();
  }

  @Test
  void closingALeaseTwiceCountsOnce() throws Exception {
    Bundle bundle = bundle("1.0.0");
    serve(bundle, "a");
    Lease<?> first = enter().get(5, SECONDS);
    Lease<?> second = enter().get(5, SECONDS);
    first.close();
    first.close();
    assertThat(gates.leases(bundle)).isEqualTo(1);
    second.close();
    assertThat(gates.leases(bundle)).isZero();
  }

  @Test
  void aBundleOnProbationGetsNoCallUntilAdmitted() throws Exception {
    serve(bundle("1.0.0"), "old");
    Bundle fresh = bundle("2.0.0");
    gates.hold(fresh);
    serve(fresh, "new");
    assertThat(version()).isEqualTo("1.0.0");
    gates.admit(fresh);
    assertThat(version()).isEqualTo("2.0.0");
  }

  @Test
  void aBundleThatGoesWaitsForCallsThatFoundItByThemselves() throws Exception {
    Bundle bundle = bundle("1.0.0");
    Runnable first = gates.begin(bundle.getBundleId()).orElseThrow();
    CompletableFuture<Void> drained = gates.drain(bundle).toCompletableFuture();
    assertThat(drained).isNotDone();
    Runnable second = gates.begin(bundle.getBundleId()).orElseThrow();
    first.run();
    first.run();
    assertThat(drained).as("the second came while the first was there").isNotDone();
    second.run();
    assertThat(drained).isCompleted();
    assertThat(gates.begin(bundle.getBundleId())).isEmpty();
    assertThat(gates.begin(987_654)).as("no such bundle").isEmpty();
  }

  @Test
  void readinessTellsThatAServiceCannotBeObtained() {
    Bundle bundle = bundle("1.0.0");
    gates.hold(bundle);
    CompletableFuture<Void> ready =
        gates.ready(bundle, Set.of(Offer.any("toy"))).toCompletableFuture();
    register(
        bundle,
        new ServiceFactory<Object>() {
          @Override
          public Object getService(Bundle user, ServiceRegistration<Object> registration) {
            throw new IllegalStateException("out of order");
          }

          @Override
          public void ungetService(
              Bundle user, ServiceRegistration<Object> registration, Object service) {}
        },
        Map.of());
    assertThatThrownBy(() -> ready.get(5, SECONDS)).hasMessageContaining("Cannot obtain");
  }

  @Test
  void noCallFailsAndNoneIsCutOffWhileGenerationsFollowEachOther() throws Exception {
    Bundle current = bundle("1.0.0");
    serve(current, "v0");
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger calls = new AtomicInteger();
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Thread> callers =
        Stream.generate(() -> Thread.ofPlatform().start(() -> callUntil(stop, calls, failures)))
            .limit(4)
            .toList();
    for (int i = 1; i <= 100; i++) {
      Bundle fresh = bundle("1.0." + i);
      gates.hold(fresh);
      ServiceRegistration<?> registration = serve(fresh, "v" + i);
      gates.admit(fresh);
      gates.drain(current).toCompletableFuture().get(10, SECONDS);
      assertThat(gates.leases(current)).as("leases after draining").isZero();
      current.uninstall();
      current = fresh;
      assertThat(registration.getReference().getBundle()).isNotNull();
    }
    stop.set(true);
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(failures).isEmpty();
    print("100 generations, 4 callers: %d calls, 0 failed", calls.get());
  }

  private void callUntil(AtomicBoolean stop, AtomicInteger calls, List<Throwable> failures) {
    while (!stop.get()) {
      try (Lease<Supplier<String>> lease = enter().get(10, SECONDS)) {
        calls.incrementAndGet();
        lease.service().get();
        LockSupport.parkNanos(50_000);
      } catch (Exception e) {
        failures.add(e);
      }
    }
  }
}
