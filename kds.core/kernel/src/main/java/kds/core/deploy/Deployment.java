package kds.core.deploy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kds.core.gate.Generations;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Brings what is installed in line with what lies in the folders, one pass at a time. One thread at
 * a time, which may wait here.
 */
final class Deployment {
  private final BundleContext context;
  private final Generations generations;
  private final Folders folders;
  private final Journal journal;
  private final Departures departures;
  private final Limits limits;
  private final Starter starter;
  private final Takeover takeover;
  private final Rejections rejections = new Rejections();
  private final Map<String, Serving> serving = new ConcurrentHashMap<>();
  private final Map<String, String> remarks = new TreeMap<>();
  private boolean again;

  Deployment(
      BundleContext context,
      Generations generations,
      Folders folders,
      Journal journal,
      Departures departures,
      Limits limits) {
    this.context = context;
    this.generations = generations;
    this.folders = folders;
    this.journal = journal;
    this.departures = departures;
    this.limits = limits;
    this.starter = new Starter(context, generations, departures, limits.start());
    this.takeover = new Takeover(context, generations, limits.start());
  }

  /** What serves now. Any thread. */
  List<Serving> serving() {
    return List.copyOf(serving.values());
  }

  /** Takes over what is installed already. Call once, before the first pass. */
  void begin() {
    folders.readShipped();
    Inventory deployed = folders.readDeployed(new TreeMap<>());
    List<Jar> jars = new ArrayList<>(folders.shipped());
    if (deployed != null) {
      jars.addAll(deployed.jars());
    }
    Adoption adoption = Adoption.of(context.getBundles(), jars, generations);
    serving.putAll(adoption.serving());
    adoption.leftOver().forEach(departures::discard);
  }

  /**
   * Looks at the folders and does what is to be done.
   *
   * @return whether another look is due soon without an event of the folder
   */
  boolean pass() {
    Map<String, String> troubles = new TreeMap<>(folders.shippedTroubles());
    Inventory deployed = folders.readDeployed(troubles);
    if (deployed == null) {
      journal.troubles(troubles);
      return true; // Nothing may tell of the folder that is mended or put back.
    }
    Plan plan = Plan.of(deployed.jars(), folders.shipped(), platform());
    forgetWhatIsGone(plan);
    Map<String, String> queued = reconcile(plan, deployed);
    troubles.putAll(plan.remarks());
    troubles.putAll(deployed.unusable());
    troubles.putAll(queued);
    troubles.putAll(remarks);
    plan.choices().values().forEach(jars -> noteRejections(jars, troubles));
    journal.troubles(troubles);
    return deployed.unsettled();
  }

  /** Repeats while jars are rejected: the next best of that name may serve instead. */
  private Map<String, String> reconcile(Plan plan, Inventory deployed) {
    while (true) {
      Map<String, String> queued = new TreeMap<>();
      List<Arrival> arrivals = new ArrayList<>();
      again = false;
      for (String name : plan.names(serving.keySet())) {
        Jar wanted = wanted(plan, name);
        if (!isHeld(serving.get(name), deployed) && !outlives(plan, serving.get(name), wanted)) {
          change(name, wanted, arrivals, queued);
        }
      }
      arrivals.removeIf(arrival -> !start(arrival));
      takeover.await(arrivals, arrival -> hasAlternative(plan, arrival), new Conclusion());
      if (!again) {
        return queued;
      }
    }
  }

  private void change(
      String name, @Nullable Jar wanted, List<Arrival> arrivals, Map<String, String> queued) {
    Serving old = serving.get(name);
    if (old != null && !old.isThere()) {
      serving.remove(name);
      old = null;
    }
    if (wanted == null) {
      remove(name, old);
    } else if (old != null && old.isOf(wanted)) {
      serving.put(name, old.readAs(wanted));
    } else if (old != null
        && departures.draining().size() + replacing(arrivals) >= limits.draining()) {
      queued.put(
          wanted.fileName(),
          "waits: " + limits.draining() + " replaced bundles still serve their last calls");
    } else {
      install(wanted, old, arrivals);
    }
  }

  private void install(Jar wanted, @Nullable Serving old, List<Arrival> arrivals) {
    try {
      arrivals.add(starter.install(wanted, old));
    } catch (RejectedJarException e) {
      reject(wanted, old, e);
    }
  }

  private boolean start(Arrival arrival) {
    try {
      starter.start(arrival.bundle());
      return true;
    } catch (RejectedJarException e) {
      reject(arrival.jar(), arrival.old(), e);
      return false;
    }
  }

  private void remove(String name, @Nullable Serving old) {
    if (old != null) {
      serving.remove(name);
      remarks.remove(old.jar().fileName());
      journal.removed(old.jar());
      departures.drain(old);
    }
  }

  private void reject(Jar jar, @Nullable Serving old, RejectedJarException why) {
    rejections.add(jar, why);
    again = true;
    journal.failed(jar, old == null ? null : old.jar(), why.getMessage());
  }

  /** What becomes of a bundle that has started. */
  private final class Conclusion implements Takeover.Verdict {
    @Override
    public void accept(Arrival arrival, @Nullable String remark) {
      Jar jar = arrival.jar();
      Serving old = arrival.old();
      generations.admit(arrival.bundle());
      serving.put(
          jar.symbolicName(),
          new Serving(jar, arrival.bundle(), generations.offers(arrival.bundle())));
      again |= rejections.reconsiderUnresolved();
      if (remark == null) {
        remarks.remove(jar.fileName());
      } else {
        remarks.put(jar.fileName(), remark);
      }
      if (old != null) {
        departures.drain(old);
      }
      journal.done(
          jar,
          old == null ? null : old.jar(),
          old == null ? 0 : generations.leases(old.bundle()),
          arrival.took());
    }

    @Override
    public void reject(Arrival arrival, RejectedJarException why) {
      departures.discard(arrival.bundle());
      Deployment.this.reject(arrival.jar(), arrival.old(), why);
    }
  }

  private @Nullable Jar wanted(Plan plan, String name) {
    return plan.choices().getOrDefault(name, List.of()).stream()
        .filter(jar -> !rejections.has(jar))
        .findFirst()
        .orElse(null);
  }

  private boolean hasAlternative(Plan plan, Arrival arrival) {
    return plan.choices().getOrDefault(arrival.jar().symbolicName(), List.of()).stream()
        .anyMatch(jar -> !rejections.has(jar) && !jar.digest().equals(arrival.jar().digest()));
  }

  /** A jar that serves is being overwritten or is refused now: it has not been taken away. */
  private static boolean isHeld(@Nullable Serving now, Inventory deployed) {
    return now != null
        && now.isThere()
        && now.jar().deployed()
        && deployed.unusable().containsKey(now.jar().fileName());
  }

  /**
   * Whether what serves goes on because its successor in deploy/ was rejected: the shipped bundle
   * comes back when the operator takes the jars away, not by a jar that does not work.
   */
  private boolean outlives(Plan plan, @Nullable Serving now, @Nullable Jar wanted) {
    return now != null
        && now.isThere()
        && now.jar().deployed()
        && (wanted == null || !wanted.deployed())
        && plan.choices().getOrDefault(now.jar().symbolicName(), List.of()).stream()
            .anyMatch(jar -> jar.deployed() && rejections.has(jar));
  }

  private static int replacing(List<Arrival> arrivals) {
    return (int) arrivals.stream().filter(arrival -> arrival.old() != null).count();
  }

  private void noteRejections(List<Jar> jars, Map<String, String> troubles) {
    for (Jar jar : jars) {
      String reason = rejections.reason(jar);
      if (reason != null) {
        troubles.put(jar.fileName(), "was not put into service: " + reason);
      }
    }
  }

  private void forgetWhatIsGone(Plan plan) {
    List<Jar> jars = plan.choices().values().stream().flatMap(List::stream).toList();
    rejections.keepOnly(jars.stream().map(Jar::digest).collect(Collectors.toSet()));
    remarks.keySet().retainAll(jars.stream().map(Jar::fileName).collect(Collectors.toSet()));
  }

  /** Whatever is installed and was not brought by the deployer. */
  private Set<String> platform() {
    Set<Bundle> own = new HashSet<>();
    Stream.concat(serving.values().stream(), departures.draining().stream())
        .map(Serving::bundle)
        .forEach(own::add);
    return Stream.of(context.getBundles())
        .filter(b -> !own.contains(b) && !b.getLocation().startsWith(Starter.LOCATION))
        .map(b -> String.valueOf(b.getSymbolicName()))
        .collect(Collectors.toSet());
  }
}
