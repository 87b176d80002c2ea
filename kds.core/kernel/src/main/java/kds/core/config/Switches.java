package kds.core.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import kds.api.capability.Capability;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the conditions of capabilities in line with their switches.
 *
 * <p>{@link #apply} is called by the configuration's thread only; what is asked for may come from
 * any thread.
 */
final class Switches {
  private static final Logger LOG = LoggerFactory.getLogger(Switches.class);

  private final Conditions conditions;
  private final Executor thread;
  private final List<CapabilitySwitches.Listener> listeners = new CopyOnWriteArrayList<>();
  private final Set<String> met = new HashSet<>();
  private final Map<String, Boolean> told = new HashMap<>();

  /** What is awaited of each capability that is being switched off. */
  private final Map<String, CompletableFuture<Void>> closing = new HashMap<>();

  private volatile Map<String, Boolean> states = Map.of();

  Switches(Conditions conditions, Executor thread) {
    this.conditions = conditions;
    this.thread = thread;
  }

  SortedSet<String> known() {
    return new TreeSet<>(states.keySet());
  }

  boolean isOn(String capability) {
    return states.getOrDefault(capability, true);
  }

  void listen(CapabilitySwitches.Listener listener) {
    listeners.add(listener);
  }

  void forget(CapabilitySwitches.Listener listener) {
    listeners.remove(listener);
  }

  /** Puts into effect what the file and the installed bundles say now. */
  void apply(Set<String> installed, Map<String, Boolean> file) {
    Map<String, Boolean> wanted = new TreeMap<>(file);
    installed.forEach(name -> wanted.putIfAbsent(name, true));
    states = Map.copyOf(wanted);
    wanted.forEach(this::turn);
    for (String gone : new TreeSet<>(met)) {
      if (!wanted.containsKey(gone)) {
        withdraw(gone);
        told.remove(gone);
      }
    }
  }

  private void turn(String name, boolean on) {
    boolean before = told.getOrDefault(name, true);
    told.put(name, on);
    if (on) {
      meet(name);
    }
    if (before != on) {
      LOG.info("Capability {} is switched {}", name, on ? "on" : "off");
      CompletableFuture<?>[] ends =
          listeners.stream().map(l -> tell(l, name, on)).toArray(CompletableFuture<?>[]::new);
      if (!on) {
        CompletableFuture<Void> over = CompletableFuture.allOf(ends);
        closing.put(name, over);
        over.whenCompleteAsync((nothing, failure) -> withdrawIfStillOff(name, over), thread);
      }
    }
  }

  private static CompletableFuture<?> tell(
      CapabilitySwitches.Listener listener, String name, boolean on) {
    try {
      return listener.switched(name, on).toCompletableFuture();
    } catch (RuntimeException e) {
      LOG.error("{} does not take that {} is switched", listener, name, e);
      return CompletableFuture.completedFuture(null);
    }
  }

  /** Not when it was switched on and off again since: calls of now have a time of their own. */
  private void withdrawIfStillOff(String name, CompletableFuture<Void> over) {
    if (closing.remove(name, over) && !isOn(name)) {
      withdraw(name);
    }
  }

  private void meet(String name) {
    if (met.add(name)) {
      conditions.meet(Capability.CONDITION_PREFIX + name);
    }
  }

  private void withdraw(String name) {
    if (met.remove(name)) {
      conditions.withdraw(Capability.CONDITION_PREFIX + name);
    }
  }
}
