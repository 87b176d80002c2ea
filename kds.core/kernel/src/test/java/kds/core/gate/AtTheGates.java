package kds.core.gate;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import kds.api.capability.CapabilityUnavailableException;
import kds.api.capability.Lease;
import kds.core.testing.Framework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.LoggerFactory;

/** Real gates in a real framework, and what tests of them do again and again. */
abstract class AtTheGates {
  final MapSwitches switches = new MapSwitches();

  Framework framework;

  Gatehouse gates;

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

  void use(Duration gap, int seats) {
    gates = new Gatehouse(framework.context(), switches, gap, seats);
    gates.open();
  }

  Bundle bundle(String version) {
    return framework.toy("toy").version(version).start();
  }

  ServiceRegistration<?> serve(Bundle bundle, String answer) throws Exception {
    ServiceRegistration<?> registration = register(bundle, supplier(answer), Map.of());
    ready(bundle);
    return registration;
  }

  static Supplier<String> supplier(String answer) {
    return () -> answer;
  }

  static ServiceRegistration<?> register(
      Bundle bundle, Supplier<String> service, Map<String, ?> more) {
    return register(bundle, (Object) service, more);
  }

  static ServiceRegistration<?> register(Bundle bundle, Object service, Map<String, ?> more) {
    Dictionary<String, Object> properties = new Hashtable<>(more);
    properties.put("kds.capability", "toy");
    return bundle
        .getBundleContext()
        .registerService(new String[] {Supplier.class.getName()}, service, properties);
  }

  static void registerFactory(Bundle bundle, CountDownLatch release) {
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

  void ready(Bundle bundle) throws Exception {
    gates.ready(bundle, Set.of(Offer.any("toy"))).toCompletableFuture().get(10, SECONDS);
  }

  @SuppressWarnings("unchecked")
  CompletableFuture<Lease<Supplier<String>>> enter() {
    return ((CompletableFuture<Lease<Supplier<String>>>)
        (CompletableFuture<?>) gates.enter("toy", Supplier.class).toCompletableFuture());
  }

  String version() throws Exception {
    try (Lease<?> lease = enter().get(5, SECONDS)) {
      return lease.version();
    }
  }

  static CapabilityUnavailableException refusal(CompletableFuture<?> call) {
    try {
      call.get(10, SECONDS);
      throw new AssertionError("not refused");
    } catch (ExecutionException e) {
      return (CapabilityUnavailableException) e.getCause();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static int liveThreads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  static void print(String format, Object... values) {
    LoggerFactory.getLogger(AtTheGates.class).info(String.format(format, values));
  }
}
