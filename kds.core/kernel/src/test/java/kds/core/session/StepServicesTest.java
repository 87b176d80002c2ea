package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Hashtable;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kds.api.capability.Capability;
import kds.api.capability.Lease;
import kds.api.session.SessionStep;
import kds.core.gate.GatesUnderTest;
import kds.core.gate.MapSwitches;
import kds.core.testing.Framework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceRegistration;

/** Steps as services in a real framework, whose bundles come, go, and take over from each other. */
class StepServicesTest {
  private Framework framework;
  private GatesUnderTest gates;
  private final MapSwitches switches = new MapSwitches();
  private StepServices steps;

  @BeforeEach
  void open() {
    framework = Framework.with(Map.of());
    gates = new GatesUnderTest(framework.context(), switches);
    steps = new StepServices(framework.context(), gates.generations());
    steps.open();
  }

  @AfterEach
  void close() {
    steps.close();
    gates.close();
    framework.close();
  }

  private static ServiceRegistration<SessionStep> register(Bundle bundle, ToyStep step) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(Capability.PROPERTY, "toy");
    return bundle.getBundleContext().registerService(SessionStep.class, step, properties);
  }

  @Test
  void staysWithTheOldBundleForACallThatRunsAndTakesTheNewOneForTheNext() throws Exception {
    Bundle old = framework.toy("acme.steps").version("1.0.0").start();
    Bundle fresh = framework.toy("acme.steps").version("1.0.1").start();
    gates.generations().hold(fresh);
    ToyStep first = new ToyStep("hooks", 1);
    ToyStep second = new ToyStep("hooks", 2);
    register(old, first);
    register(fresh, second);
    assertThat(steps.facts()).singleElement().satisfies(f -> assertThat(f.order()).isEqualTo(1));

    Lease<SessionStep> running = steps.enter("hooks").orElseThrow();
    assertThat(running.service()).isSameAs(first);
    gates.generations().admit(fresh);
    CompletableFuture<Void> drained = gates.generations().drain(old).toCompletableFuture();
    assertThat(drained).isNotDone();
    try (Lease<SessionStep> next = steps.enter("hooks").orElseThrow()) {
      assertThat(next.service()).isSameAs(second);
      assertThat(next.version()).isEqualTo("1.0.1");
    }
    assertThat(drained).isNotDone();
    running.close();
    drained.get(20, TimeUnit.SECONDS);
    assertThat(steps.facts()).singleElement().satisfies(f -> assertThat(f.order()).isEqualTo(2));
  }

  @Test
  void findsNoStepOfACapabilityThatIsSwitchedOffAndWaitsForThoseThatRun() throws Exception {
    Bundle bundle = framework.toy("acme.steps").start();
    register(bundle, new ToyStep("hooks", 1));
    Lease<SessionStep> running = steps.enter("hooks").orElseThrow();
    switches.turn("toy", false);
    assertThat(steps.enter("hooks")).isEmpty();
    assertThat(steps.facts()).isEmpty();
    running.close();
    switches.turn("toy", true);
    assertThat(steps.facts()).hasSize(1);
  }

  @Test
  void ignoresAStepThatCannotTellOfItselfAndOneThatHasGone() {
    Bundle bundle = framework.toy("acme.steps").start();
    register(bundle, new ToyStep(null, 1));
    ServiceRegistration<SessionStep> gone = register(bundle, new ToyStep("gone", 2));
    register(bundle, new ToyStep("good", 3));
    gone.unregister();
    assertThat(steps.facts().stream().map(StepFacts::name)).containsExactly("good");
    assertThat(steps.enter("gone")).isEmpty();
    steps.enter("good").orElseThrow().close();
    assertThat(gates.generations().leases(bundle)).isZero();
  }
}
