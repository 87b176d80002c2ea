package kds.core.gate;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import kds.api.capability.Capability;
import kds.api.capability.Lease;
import kds.api.security.AuditRecord;
import kds.api.security.AuditRecord.Outcome;
import kds.api.security.Caller;
import kds.core.testing.Framework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;

class RosterTest {
  private static final Caller OPERATOR =
      new Caller("operator", Set.of(), Set.of(), "t1", "127.0.0.1", null);

  private final MapSwitches switches = new MapSwitches();
  private final List<AuditRecord> audit = new ArrayList<>();
  private Framework framework;
  private Gatehouse gates;
  private Roster roster;

  @BeforeEach
  void open() {
    framework = Framework.with(Map.of());
    gates = new Gatehouse(framework.context(), switches, Gatehouse.GAP, Gatehouse.SEATS);
    gates.open();
    roster = new Roster(gates, switches, audit::add);
  }

  @AfterEach
  void close() throws Exception {
    gates.close();
    framework.close();
  }

  @Test
  void listsWhatServesWithItsGenerationsAndWhatTheConfigurationKnows() throws Exception {
    Bundle old = serve("1.0.0");
    Lease<?> lease = gates.enter("toy", Supplier.class).toCompletableFuture().get(5, SECONDS);
    serve("1.1.0");
    gates.drain(old);
    Bundle probation = framework.toy("acme.toy").version("1.2.0").start();
    gates.hold(probation);
    register(probation);
    switches.turn("shots", false);
    assertThat(roster.list())
        .containsExactly(
            new Capability("shots", false, List.of()),
            new Capability(
                "toy",
                true,
                List.of(
                    new Capability.Generation("acme.toy", "1.1.0", false, 0),
                    new Capability.Generation("acme.toy", "1.0.0", true, 1))));
    lease.close();
  }

  @Test
  void switchesAndWritesDownWhoDidIt() throws Exception {
    serve("1.0.0");
    roster.turn("toy", false, OPERATOR);
    assertThat(switches.isOn("toy")).isFalse();
    assertThat(gates.enter("toy", Supplier.class).toCompletableFuture()).isCompletedExceptionally();
    roster.turn("toy", true, OPERATOR);
    gates.enter("toy", Supplier.class).toCompletableFuture().get(5, SECONDS).close();
    assertThat(audit)
        .extracting(AuditRecord::act)
        .containsExactly("capability.off", "capability.on");
    assertThat(audit).extracting(AuditRecord::actor).containsOnly("operator");
  }

  @Test
  void writesDownThatASwitchCouldNotBeWritten() throws Exception {
    serve("1.0.0");
    switches.breakDisk();
    assertThatThrownBy(() -> roster.turn("toy", false, OPERATOR)).isInstanceOf(IOException.class);
    assertThat(audit).extracting(AuditRecord::outcome).containsExactly(Outcome.FAILED);
    gates.enter("toy", Supplier.class).toCompletableFuture().get(5, SECONDS).close();
  }

  private Bundle serve(String version) throws Exception {
    Bundle bundle = framework.toy("acme.toy").version(version).start();
    register(bundle);
    gates.ready(bundle, Set.of(Offer.any("toy"))).toCompletableFuture().get(5, SECONDS);
    return bundle;
  }

  private static void register(Bundle bundle) {
    Supplier<String> service = () -> "toy";
    bundle
        .getBundleContext()
        .registerService(
            Supplier.class, service, FrameworkUtil.asDictionary(Map.of("kds.capability", "toy")));
  }
}
