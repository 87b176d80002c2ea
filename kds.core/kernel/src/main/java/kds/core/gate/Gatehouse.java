package kds.core.gate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import kds.api.capability.Calls;
import kds.api.capability.Capability;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.config.Quantity;
import kds.core.config.CapabilitySwitches;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All gates, and what passes through them: services from one side, calls from the other. */
@Component(
    service = {Gates.class, Calls.class, Generations.class, Gatehouse.class},
    configurationPid = "kds.gates",
    immediate = true)
@Designate(ocd = GatesConfig.class)
public final class Gatehouse implements Gates, Calls, Generations, CapabilitySwitches.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Gatehouse.class);

  /** How long a service may be gone before its callers are sent away (design, section 5). */
  static final Duration GAP = Duration.ofSeconds(10);

  /** How many calls may wait: about 10 MB of heap with their requests. */
  static final int SEATS = 10_000;

  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  private volatile Duration switchOffTimeout = Duration.ofMinutes(5);

  private record Key(String capability, String type) {}

  private final BundleContext context;
  private final CapabilitySwitches switches;
  private final WaitingRoom room;
  private final OfferingTracker tracker;
  private final Map<String, Premises> premises = new ConcurrentHashMap<>();
  private final Map<Key, Gate> gates = new ConcurrentHashMap<>();
  private final Map<Long, Generation> generations = new ConcurrentHashMap<>();
  private final Readiness readiness = new Readiness();
  private final BundleListener forget = this::forget;

  /** Made by Declarative Services. */
  @Activate
  public Gatehouse(
      BundleContext context, @Reference CapabilitySwitches switches, GatesConfig config) {
    this(context, switches, GAP, SEATS);
    modified(config);
  }

  Gatehouse(BundleContext context, CapabilitySwitches switches, Duration gap, int seats) {
    this.context = context;
    this.switches = switches;
    this.room = new WaitingRoom(gap, seats);
    this.tracker = new OfferingTracker(context, this);
  }

  @Modified
  void modified(GatesConfig config) {
    switchOffTimeout(Quantity.duration(config.switch_off_timeout()));
  }

  void switchOffTimeout(Duration limit) {
    switchOffTimeout = limit;
  }

  @Activate
  void open() {
    switches.listen(this);
    context.addBundleListener(forget);
    tracker.open();
  }

  @Deactivate
  void close() {
    switches.forget(this);
    context.removeBundleListener(forget);
    tracker.close();
    gates.forEach((key, gate) -> gate.refuseWaiting(Unavailable.absent(key.capability())));
    room.close();
  }

  @Override
  public <T> CompletionStage<Lease<T>> enter(String capability, Class<T> service) {
    Gate gate = gates.get(new Key(capability, service.getName()));
    if (gate != null) {
      return gate.enter(service);
    }
    return CompletableFuture.failedStage(
        switches.isOn(capability) ? Unavailable.absent(capability) : Unavailable.off(capability));
  }

  @Override
  public Optional<Runnable> begin(long id) {
    Bundle bundle = context.getBundle(id);
    if (bundle == null) {
      return Optional.empty();
    }
    Generation generation = generation(bundle, true);
    if (!generation.join()) {
      return Optional.empty();
    }
    AtomicBoolean runs = new AtomicBoolean(true);
    return Optional.of(
        () -> {
          if (runs.getAndSet(false)) {
            generation.leave();
          }
        });
  }

  /** How many calls wait in a gap now. */
  int waiting() {
    return room.taken();
  }

  // The services' side, called by the tracker

  Offering arrive(ServiceReference<?> reference, String capability) {
    Offering offering =
        new Offering(reference, generation(reference.getBundle(), true), capability);
    Premises premises = premises(capability);
    for (String type : offering.types()) {
      gates
          .computeIfAbsent(new Key(capability, type), k -> new Gate(capability, premises, room))
          .add(offering);
    }
    readiness.add(offering);
    room.run(() -> obtain(offering, Duration.ofSeconds(1)));
    return offering;
  }

  void leave(Offering offering) {
    readiness.remove(offering);
    gatesOf(offering).forEach(gate -> gate.remove(offering));
  }

  private void obtain(Offering offering, Duration retry) {
    if (offering.obtain(context)) {
      gatesOf(offering).forEach(Gate::serveWaiting);
    } else if (offering.isRegistered()) {
      LOG.warn("Cannot obtain {}: {}. Trying again in {}", offering, offering.failure(), retry);
      Duration next = retry.compareTo(LONGEST_RETRY) < 0 ? retry.multipliedBy(2) : retry;
      room.later(retry, () -> room.run(() -> obtain(offering, next)));
    }
    readiness.changed();
  }

  private List<Gate> gatesOf(Offering offering) {
    return offering.types().stream()
        .map(type -> gates.get(new Key(offering.capability(), type)))
        .toList();
  }

  // The deployer's side

  @Override
  public void hold(Bundle bundle) {
    generation(bundle, false);
  }

  @Override
  public CompletionStage<Void> ready(Bundle bundle, Set<Offer> wanted) {
    return readiness.of(bundle.getBundleId(), wanted);
  }

  @Override
  public Set<Offer> offers(Bundle bundle) {
    return readiness.offers(bundle.getBundleId());
  }

  @Override
  public boolean on(String capability) {
    return switches.isOn(capability);
  }

  @Override
  public void admit(Bundle bundle) {
    generation(bundle, true).admit();
    gates.values().forEach(Gate::serveWaiting);
  }

  @Override
  public CompletionStage<Void> drain(Bundle bundle) {
    Generation generation = generation(bundle, true);
    CompletionStage<Void> drained = generation.drain();
    gates.values().stream()
        .filter(gate -> gate.offerings().stream().anyMatch(o -> o.generation() == generation))
        .forEach(Gate::endGapUnlessServed);
    return drained;
  }

  @Override
  public <T> Optional<Lease<T>> enter(ServiceReference<T> reference, T service) {
    Bundle bundle = reference.getBundle();
    if (bundle == null) {
      return Optional.empty();
    }
    Premises premises =
        reference.getProperty(Capability.PROPERTY) instanceof String capability
            ? premises(capability)
            : new Premises();
    if (!premises.enter()) {
      return Optional.empty();
    }
    Generation generation = generation(bundle, true);
    if (!generation.enter()) {
      premises.leave();
      return Optional.empty();
    }
    return Optional.of(premises.lease(service, generation));
  }

  @Override
  public int leases(Bundle bundle) {
    Generation generation = generations.get(bundle.getBundleId());
    return generation == null ? 0 : generation.leases();
  }

  private Generation generation(Bundle bundle, boolean admitted) {
    return generations.computeIfAbsent(
        bundle.getBundleId(), id -> new Generation(bundle, admitted));
  }

  private void forget(BundleEvent event) {
    if (event.getType() == BundleEvent.UNINSTALLED) {
      generations.remove(event.getBundle().getBundleId());
      readiness.forget(event.getBundle().getBundleId());
    }
  }

  // The operator's side

  @Override
  public CompletionStage<?> switched(String capability, boolean on) {
    Premises premises = premises(capability);
    List<Gate> affected = gates(capability);
    if (on) {
      affected.forEach(Gate::expect);
      premises.open();
      return CompletableFuture.completedStage(null);
    }
    CompletionStage<Void> closed = Closing.of(room, capability, premises, switchOffTimeout);
    affected.forEach(gate -> gate.refuseWaiting(Unavailable.off(capability)));
    return closed;
  }

  /** The generations that serve a capability, newest first. */
  List<Generation> serving(String capability) {
    return readiness.generations(capability);
  }

  /** The capabilities that have or had a service. */
  Set<String> seen() {
    return gates.keySet().stream().map(Key::capability).collect(Collectors.toSet());
  }

  private Premises premises(String capability) {
    return premises.computeIfAbsent(
        capability,
        name -> {
          Premises fresh = new Premises();
          if (!switches.isOn(name)) {
            fresh.shut();
          }
          return fresh;
        });
  }

  private List<Gate> gates(String capability) {
    return gates.entrySet().stream()
        .filter(gate -> gate.getKey().capability().equals(capability))
        .map(Map.Entry::getValue)
        .toList();
  }
}
