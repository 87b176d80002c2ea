package kds.core.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kds.api.capability.Capability;

/**
 * What the installed bundles take, at one moment. Of several bundles with one symbolic name the
 * newest speaks: while one replaces the other, the file is written for the new one. Where different
 * bundles read one PID, each of them has its say.
 */
final class Schemas {
  private final Map<String, Map<String, List<Attribute>>> byPid = new HashMap<>();
  private final Set<String> bundles = new TreeSet<>();
  private final Set<String> capabilities = new TreeSet<>();

  Schemas(Collection<BundleFacts> installed) {
    Map<String, BundleFacts> newest =
        installed.stream()
            .collect(
                Collectors.toMap(
                    BundleFacts::name,
                    facts -> facts,
                    (a, b) -> newer().compare(a, b) >= 0 ? a : b));
    for (BundleFacts facts : newest.values()) {
      bundles.add(facts.name());
      facts.attributes().forEach(this::add);
    }
    installed.forEach(facts -> capabilities.addAll(facts.capabilities()));
  }

  /** What is said of each property of this PID; empty when nobody describes it. */
  Map<String, List<Attribute>> of(String pid) {
    return byPid.getOrDefault(pid, Map.of());
  }

  /** Whether any bundle is there for this PID, described or not. */
  boolean know(String pid) {
    return byPid.containsKey(pid)
        || bundles.contains(pid)
        || pid.startsWith(Capability.CONDITION_PREFIX)
            && capabilities.contains(pid.substring(Capability.CONDITION_PREFIX.length()));
  }

  /** The PIDs that have an owner. */
  Set<String> pids() {
    Set<String> all = new TreeSet<>(byPid.keySet());
    capabilities.forEach(name -> all.add(Capability.CONDITION_PREFIX + name));
    return all;
  }

  /** The capabilities that installed bundles provide. */
  Set<String> capabilities() {
    return capabilities;
  }

  private void add(String pid, List<Attribute> attributes) {
    Map<String, List<Attribute>> known = byPid.computeIfAbsent(pid, p -> new HashMap<>());
    for (Attribute attribute : attributes) {
      known.merge(
          attribute.id(),
          List.of(attribute),
          (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }
  }

  private static Comparator<BundleFacts> newer() {
    return Comparator.comparing(BundleFacts::version).thenComparingLong(BundleFacts::id);
  }
}
