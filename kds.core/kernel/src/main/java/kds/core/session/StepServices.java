package kds.core.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kds.api.capability.Lease;
import kds.api.session.SessionStep;
import kds.core.gate.Generations;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps that are registered as services. Of several with one name, as during a swap, the one of
 * the newest bundle that takes calls is entered.
 */
final class StepServices implements StepSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StepServices.class);

  private static final Comparator<ServiceReference<SessionStep>> NEWEST_FIRST =
      Comparator.<ServiceReference<SessionStep>>comparingLong(StepServices::bundle)
          .reversed()
          .thenComparing(Comparator.reverseOrder());

  private final ServiceTracker<SessionStep, SessionStep> tracker;
  private final Generations generations;
  private final BundleContext context;

  StepServices(BundleContext context, Generations generations) {
    this.tracker = new ServiceTracker<>(context, SessionStep.class, null);
    this.generations = generations;
    this.context = context;
  }

  void open() {
    tracker.open();
  }

  @Override
  public boolean stopping() {
    return context.getBundle(0).getState() == Bundle.STOPPING;
  }

  @Override
  public void close() {
    tracker.close();
  }

  @Override
  public List<StepFacts> facts() {
    Map<String, StepFacts> facts = new LinkedHashMap<>();
    for (Map.Entry<ServiceReference<SessionStep>, SessionStep> step : newestFirst()) {
      generations
          .enter(step.getKey(), step.getValue())
          .ifPresent(lease -> ask(lease).ifPresent(f -> facts.putIfAbsent(f.name(), f)));
    }
    return List.copyOf(facts.values());
  }

  @Override
  public Optional<Lease<SessionStep>> enter(String name) {
    for (Map.Entry<ServiceReference<SessionStep>, SessionStep> step : newestFirst()) {
      Optional<Lease<SessionStep>> lease = generations.enter(step.getKey(), step.getValue());
      if (lease.isPresent()) {
        if (name.equals(nameOf(step.getValue()))) {
          return lease;
        }
        lease.get().close();
      }
    }
    return Optional.empty();
  }

  private List<Map.Entry<ServiceReference<SessionStep>, SessionStep>> newestFirst() {
    List<Map.Entry<ServiceReference<SessionStep>, SessionStep>> all =
        new ArrayList<>(tracker.getTracked().entrySet());
    all.sort(Map.Entry.comparingByKey(NEWEST_FIRST));
    return all;
  }

  private static Optional<StepFacts> ask(Lease<SessionStep> lease) {
    try (lease) {
      return Optional.of(StepFacts.of(lease.service()));
    } catch (RuntimeException | LinkageError e) {
      LOG.error("A step of {} {} is ignored", lease.bundle(), lease.version(), e);
      return Optional.empty();
    }
  }

  private static String nameOf(SessionStep step) {
    try {
      return String.valueOf(step.name());
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("A step does not tell its name", e);
      return "";
    }
  }

  private static long bundle(ServiceReference<?> reference) {
    return reference.getBundle() == null ? -1 : reference.getBundle().getBundleId();
  }
}
