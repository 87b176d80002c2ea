package kds.core.deploy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import kds.core.gate.Generations;
import kds.core.gate.Offer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;

/**
 * A bundle that was installed and is to take over.
 *
 * @param old what serves until then, null when nothing does
 * @param began when its installation began, as {@link System#nanoTime}
 */
record Arrival(Jar jar, Bundle bundle, @Nullable Serving old, long began) {
  /**
   * What it must offer: as much as the old one, or at least one service of each capability that it
   * declares. What is switched off cannot be had from either.
   */
  Set<Offer> owed(Generations generations) {
    Set<Offer> owed = new HashSet<>();
    if (old == null) {
      Declared.by(bundle).forEach(name -> owed.add(Offer.any(name)));
    } else {
      owed.addAll(old.offers());
      owed.addAll(generations.offers(old.bundle()));
    }
    owed.removeIf(offer -> !generations.on(offer.capability()));
    return owed;
  }

  CompletionStage<Void> ready(Generations generations) {
    return generations.ready(bundle, owed(generations));
  }

  Duration took() {
    return Duration.ofNanos(System.nanoTime() - began);
  }
}
