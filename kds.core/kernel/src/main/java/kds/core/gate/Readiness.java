package kds.core.gate;

import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is on offer, and who waits for a bundle to offer something. */
final class Readiness {
  private record Expectation(long bundle, Set<Offer> wanted, CompletableFuture<Void> met) {}

  private final Set<Offering> offerings = ConcurrentHashMap.newKeySet();
  private final Queue<Expectation> expectations = new ConcurrentLinkedQueue<>();

  void add(Offering offering) {
    offerings.add(offering);
  }

  void remove(Offering offering) {
    offerings.remove(offering);
  }

  /** A bundle is gone: nobody waits for it any more. */
  void forget(long bundle) {
    expectations.removeIf(expectation -> expectation.bundle() == bundle);
  }

  /** How many wait, for tests. */
  int waiting() {
    return expectations.size();
  }

  /** Looks again who waits in vain no longer. Call after an offering was obtained, or was not. */
  void changed() {
    expectations.forEach(this::check);
  }

  CompletableFuture<Void> of(long bundle, Set<Offer> wanted) {
    Expectation expectation =
        new Expectation(bundle, Set.copyOf(wanted), new CompletableFuture<>());
    expectations.add(expectation);
    expectation.met().whenComplete((done, failure) -> expectations.remove(expectation));
    check(expectation);
    return expectation.met();
  }

  Set<Offer> offers(long bundle) {
    return of(bundle).flatMap(Readiness::offers).collect(Collectors.toUnmodifiableSet());
  }

  List<Generation> generations(String capability) {
    return offerings.stream()
        .filter(o -> o.capability().equals(capability))
        .map(Offering::generation)
        .filter(Generation::admitted)
        .distinct()
        .sorted(Comparator.comparingLong(Generation::number).reversed())
        .toList();
  }

  private void check(Expectation expectation) {
    of(expectation.bundle())
        .filter(o -> o.failure() != null)
        .filter(
            o -> expectation.wanted().stream().anyMatch(w -> offers(o).anyMatch(f -> f.covers(w))))
        .findAny()
        .ifPresent(o -> expectation.met().completeExceptionally(new NotObtained(o)));
    List<Offer> there =
        of(expectation.bundle())
            .filter(o -> o.service() != null)
            .flatMap(Readiness::offers)
            .toList();
    if (expectation.wanted().stream().allMatch(w -> there.stream().anyMatch(o -> o.covers(w)))) {
      expectation.met().complete(null);
    }
  }

  private Stream<Offering> of(long bundle) {
    return offerings.stream().filter(o -> o.generation().number() == bundle);
  }

  private static Stream<Offer> offers(Offering offering) {
    return offering.types().stream().map(type -> new Offer(offering.capability(), type));
  }

  /** A service is registered, but its bundle gives no object for it. */
  private static final class NotObtained extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NotObtained(Offering offering) {
      super("Cannot obtain " + offering + ": " + offering.failure());
    }
  }
}
