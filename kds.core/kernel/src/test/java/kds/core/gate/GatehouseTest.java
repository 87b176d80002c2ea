package kds.core.gate;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.CapabilityUnavailableException.Reason;
import kds.api.capability.Lease;
import kds.core.testing.Framework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.LoggerFactory;

class GatehouseTest {
  private final MapSwitches switches = new MapSwitches();
  private Framework framework;
  private Gatehouse gates;

  @BeforeEach
  void open() {
    framework = Framework.with(Map.of());
    use(Duration.ofSeconds(10), 10_000);
  }

  @AfterEach
  void close() throws Exception {
    gates.close();
    framework.close();
  }

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
    assertThat(gates.waiting()).isZero();
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
    assertThat(gates.waiting()).isZero();
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
  void offRefusesAtOnceAndLetsRunningCallsEnd() throws Exception {
    Bundle bundle = bundle("1.0.0");
    ServiceRegistration<?> registration = serve(bundle, "a");
    Lease<Supplier<String>> running = enter().get(5, SECONDS);
    switches.turn("toy", false);
    long began = System.nanoTime();
    assertThat(enter()).isCompletedExceptionally();
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertThat(refusal(enter()).reason()).isEqualTo(Reason.OFF);
    CompletableFuture<?> drained = switches.lastEnd().toCompletableFuture();
    assertThat(drained).isNotDone();
    assertThat(running.service().get()).isEqualTo("a");
    running.close();
    assertThat(drained).isCompleted();
    registration.unregister();
    assertThat(refusal(enter()).reason()).isEqualTo(Reason.OFF);
    print("switched off: refused in %d µs", took.toNanos() / 1_000);
  }

  @Test
  void offCutsCallsWhoseTimeIsOver() throws Exception {
    serve(bundle("1.0.0"), "a");
    Lease<?> running = enter().get(5, SECONDS);
    Lease<?> ended = enter().get(5, SECONDS);
    AtomicInteger cut = new AtomicInteger();
    running.whenCut(
        () -> {
          cut.incrementAndGet();
          running.close();
        });
    ended.whenCut(() -> cut.addAndGet(100));
    ended.close();
    gates.switchOffTimeout(Duration.ofMillis(300));
    long began = System.nanoTime();
    switches.turn("toy", false);
    CompletableFuture<?> closed = switches.lastEnd().toCompletableFuture();
    assertThat(closed).as("running calls have their time").isNotDone();
    closed.get(5, SECONDS);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(290));
    assertThat(cut).hasValue(1);
  }

  @Test
  void offTakesTheServicesFromACallThatDoesNotEndWhenCut() throws Exception {
    serve(bundle("1.0.0"), "a");
    Lease<?> deaf = enter().get(5, SECONDS);
    gates.switchOffTimeout(Duration.ZERO);
    switches.turn("toy", false);
    switches.lastEnd().toCompletableFuture().get(10, SECONDS);
    CompletableFuture<Boolean> late = new CompletableFuture<>();
    deaf.whenCut(() -> late.complete(true));
    assertThat(late).as("who asks late is told at once").isCompleted();
    deaf.close();
  }

  @Test
  void onAgainInTimeCutsNobody() throws Exception {
    serve(bundle("1.0.0"), "a");
    Lease<?> running = enter().get(5, SECONDS);
    CompletableFuture<Boolean> cut = new CompletableFuture<>();
    running.whenCut(() -> cut.complete(true));
    gates.switchOffTimeout(Duration.ofMillis(200));
    switches.turn("toy", false);
    switches.turn("toy", true);
    assertThat(cut).failsWithin(Duration.ofMillis(600));
    running.close();
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
  void offSendsAwayWhoWaits() throws Exception {
    serve(bundle("1.0.0"), "a").unregister();
    CompletableFuture<Lease<Supplier<String>>> call = enter();
    switches.turn("toy", false);
    assertThat(refusal(call).reason()).isEqualTo(Reason.OFF);
  }

  @Test
  void onAgainServesAgainAndCallsOffTheDraining() throws Exception {
    serve(bundle("1.0.0"), "a");
    Lease<?> running = enter().get(5, SECONDS);
    switches.turn("toy", false);
    CompletableFuture<?> drained = switches.lastEnd().toCompletableFuture();
    switches.turn("toy", true);
    assertThat(drained).isCompletedExceptionally();
    enter().get(5, SECONDS).close();
    running.close();
  }

  @Test
  void onAgainWaitsForTheServicesToComeBack() throws Exception {
    gates.close();
    use(Duration.ofSeconds(3), 10);
    ServiceRegistration<?> registration = serve(bundle("1.0.0"), "a");
    switches.turn("toy", false);
    registration.unregister();
    switches.turn("toy", true);
    CompletableFuture<Lease<Supplier<String>>> call = enter();
    assertThat(call).isNotDone();
    serve(bundle("1.0.1"), "b");
    call.get(5, SECONDS).close();
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

  private void use(Duration gap, int seats) {
    gates = new Gatehouse(framework.context(), switches, gap, seats);
    gates.open();
  }

  private Bundle bundle(String version) {
    return framework.toy("toy").version(version).start();
  }

  private ServiceRegistration<?> serve(Bundle bundle, String answer) throws Exception {
    ServiceRegistration<?> registration = register(bundle, supplier(answer), Map.of());
    ready(bundle);
    return registration;
  }

  private static Supplier<String> supplier(String answer) {
    return () -> answer;
  }

  private static ServiceRegistration<?> register(
      Bundle bundle, Supplier<String> service, Map<String, ?> more) {
    return register(bundle, (Object) service, more);
  }

  private static ServiceRegistration<?> register(
      Bundle bundle, Object service, Map<String, ?> more) {
    Dictionary<String, Object> properties = new Hashtable<>(more);
    properties.put("kds.capability", "toy");
    return bundle
        .getBundleContext()
        .registerService(new String[] {Supplier.class.getName()}, service, properties);
  }

  private static void registerFactory(Bundle bundle, CountDownLatch release) {
    register(
        bundle,
        new ServiceFactory<Object>() {
          @Override
          public Object getService(Bundle user, ServiceRegistration<Object> registration) {
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return supplier("slow");
          }

          @Override
          public void ungetService(
              Bundle user, ServiceRegistration<Object> registration, Object service) {}
        },
        Map.of());
  }

  private void ready(Bundle bundle) throws Exception {
    gates.ready(bundle, Set.of(Offer.any("toy"))).toCompletableFuture().get(10, SECONDS);
  }

  @SuppressWarnings("unchecked")
  private CompletableFuture<Lease<Supplier<String>>> enter() {
    return ((CompletableFuture<Lease<Supplier<String>>>)
        (CompletableFuture<?>) gates.enter("toy", Supplier.class).toCompletableFuture());
  }

  private String version() throws Exception {
    try (Lease<?> lease = enter().get(5, SECONDS)) {
      return lease.version();
    }
  }

  private static CapabilityUnavailableException refusal(CompletableFuture<?> call) {
    try {
      call.get(10, SECONDS);
      throw new AssertionError("not refused");
    } catch (ExecutionException e) {
      return (CapabilityUnavailableException) e.getCause();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int liveThreads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static void print(String format, Object... values) {
    LoggerFactory.getLogger(GatehouseTest.class).info(String.format(format, values));
  }
}
