package kds.core.gate;

import java.util.concurrent.CompletionStage;
import kds.api.capability.Calls;
import kds.api.capability.Lease;
import kds.core.config.CapabilitySwitches;
import org.osgi.framework.BundleContext;

/** Real gates, opened and closed as Declarative Services would. */
public final class GatesUnderTest {
  private final Gatehouse gatehouse;

  public GatesUnderTest(BundleContext context, CapabilitySwitches switches) {
    gatehouse = new Gatehouse(context, switches, Gatehouse.GAP, Gatehouse.SEATS);
    gatehouse.open();
  }

  public Generations generations() {
    return gatehouse;
  }

  public Calls calls() {
    return gatehouse;
  }

  public <T> CompletionStage<Lease<T>> enter(String capability, Class<T> type) {
    return gatehouse.enter(capability, type);
  }

  public void close() {
    gatehouse.close();
  }
}
