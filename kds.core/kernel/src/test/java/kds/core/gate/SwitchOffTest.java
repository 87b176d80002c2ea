package kds.core.gate;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import kds.api.capability.CapabilityUnavailableException.Reason;
import kds.api.capability.Lease;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** What becomes of calls when a capability is switched off and on. */
class SwitchOffTest extends AtTheGates {
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
}
