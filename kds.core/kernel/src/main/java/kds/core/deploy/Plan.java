package kds.core.deploy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which jar shall serve for each symbolic name: the best one in {@code deploy/}, else the one that
 * was shipped.
 *
 * @param choices the jars of each symbolic name, the wanted one first
 * @param remarks what the operator should know, by file name
 */
record Plan(Map<String, List<Jar>> choices, Map<String, String> remarks) {
  /** Parts that everything else is wired to: they change by restart. */
  private static final Set<String> CORE =
      Set.of("kds.api", "kds.core", "kds.http", "kds.http.whiteboard", "system.bundle");

  /**
   * Makes one.
   *
   * @param platform symbolic names of bundles that are installed and not the deployer's
   */
  static Plan of(Collection<Jar> deployed, Collection<Jar> shipped, Set<String> platform) {
    Map<String, List<Jar>> choices = new TreeMap<>();
    Map<String, String> remarks = new TreeMap<>();
    for (Jar jar : deployed.stream().sorted(Jar.BEST_FIRST).toList()) {
      String refusal = refusal(jar, platform);
      if (!refusal.isEmpty()) {
        remarks.put(jar.fileName(), refusal);
        continue;
      }
      List<Jar> same = choices.computeIfAbsent(jar.symbolicName(), n -> new ArrayList<>());
      if (!same.isEmpty()) {
        remarks.put(
            jar.fileName(),
            "is not used, because "
                + same.getFirst().fileName()
                + " holds "
                + same.getFirst().symbolicName()
                + " too, in a higher version or newer; remove one of them");
      }
      same.add(jar);
    }
    shipped.stream()
        .sorted(Jar.BEST_FIRST)
        .filter(jar -> refusal(jar, platform).isEmpty())
        .forEach(
            jar -> choices.computeIfAbsent(jar.symbolicName(), n -> new ArrayList<>()).add(jar));
    return new Plan(choices, remarks);
  }

  /** All symbolic names, and those of some others. */
  Set<String> names(Set<String> others) {
    Set<String> names = new TreeSet<>(choices.keySet());
    names.addAll(others);
    return names;
  }

  private static String refusal(Jar jar, Set<String> platform) {
    String name = jar.symbolicName();
    if (CORE.contains(name) || platform.contains(name)) {
      return "is refused: "
          + name
          + " is part of the platform that all bundles are wired to; it changes by an upgrade of"
          + " the service and a restart";
    }
    return jar.facts().fragment()
        ? "is refused: "
            + name
            + " is a fragment, which would change a bundle that runs; deploy a whole bundle"
        : "";
  }
}
