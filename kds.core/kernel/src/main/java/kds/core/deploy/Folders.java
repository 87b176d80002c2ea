package kds.core.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.host.TrustedFiles;
import org.jspecify.annotations.Nullable;

/** The two folders that bundles come from, and the store of private copies. */
final class Folders {
  private final Places places;
  private final Store store;
  private final Shelf bundle;
  private final Shelf deploy;
  private List<Jar> shipped = List.of();
  private Map<String, String> shippedTroubles = Map.of();
  private boolean seen;

  /**
   * Makes them.
   *
   * @param concerns tells by file name which shipped jars are the deployer's business
   */
  Folders(Places places, TrustedFiles trusted, Predicate<String> concerns)
      throws HostException, IOException {
    this.places = places;
    this.store = Store.in(places.store(), trusted);
    this.bundle = new Shelf(places.shipped(), false, concerns, trusted, store);
    this.deploy = new Shelf(places.deploy(), true, name -> true, trusted, store);
  }

  /** Reads the shipped jars, once: they change with an upgrade, which is a restart. */
  void readShipped() {
    try {
      Inventory found = bundle.look();
      shipped = found.jars();
      shippedTroubles = found.unusable();
    } catch (HostException | IOException e) {
      shippedTroubles =
          Map.of(
              places.shipped().toString(),
              "is refused, nothing in it is started: " + e.getMessage());
    }
  }

  /** What was the matter with the shipped jars. */
  Map<String, String> shippedTroubles() {
    return shippedTroubles;
  }

  List<Jar> shipped() {
    return shipped;
  }

  /**
   * Reads {@code deploy/}.
   *
   * @return null when it cannot be trusted or read now, and what serves shall serve on
   */
  @Nullable Inventory readDeployed(Map<String, String> troubles) {
    try {
      Inventory found = deploy.look();
      store.keepOnly(copies(found.jars()));
      seen = true;
      return found;
    } catch (HostException | IOException e) {
      troubles.put(
          places.deploy().toString(), "is refused, nothing in it is looked at: " + e.getMessage());
      // What was never seen is not held on to: what was shipped has to serve.
      return seen ? null : Inventory.UNKNOWN;
    }
  }

  private Set<Path> copies(Collection<Jar> deployed) {
    return Stream.concat(shipped.stream(), deployed.stream())
        .map(Jar::copy)
        .collect(Collectors.toSet());
  }
}
