package kds.core.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import kds.api.capability.Capability;
import kds.core.gate.Generations;
import kds.core.gate.Offer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/**
 * Waits until bundles that were started offer what they owe, and says of each whether it may take
 * over. All wait side by side, so one that never gets ready holds up no other at start.
 */
final class Takeover {
  /** Is told about each bundle as soon as its fate is known. */
  interface Verdict {
    /** It may take over; a remark says what is not as it should be. */
    void accept(Arrival arrival, @Nullable String remark);

    /** It may not. */
    void reject(Arrival arrival, RejectedJarException why);
  }

  private record Outcome(Arrival arrival, @Nullable Throwable failure) {}

  private final BundleContext context;
  private final Generations generations;
  private final Duration patience;

  Takeover(BundleContext context, Generations generations, Duration patience) {
    this.context = context;
    this.generations = generations;
    this.patience = patience;
  }

  /**
   * Waits for all of them.
   *
   * @param replaceable whether another jar could serve instead of one that offers too little
   */
  void await(List<Arrival> arrivals, Predicate<Arrival> replaceable, Verdict verdict) {
    BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    for (Arrival arrival : arrivals) {
      arrival
          .ready(generations)
          .whenComplete((done, failure) -> outcomes.add(new Outcome(arrival, failure)));
    }
    List<Arrival> waiting = new ArrayList<>(arrivals);
    long deadline = System.nanoTime() + patience.toNanos();
    while (!waiting.isEmpty()) {
      Outcome outcome = next(outcomes, deadline);
      if (outcome == null) {
        break;
      }
      waiting.remove(outcome.arrival());
      if (outcome.failure() == null) {
        verdict.accept(outcome.arrival(), null);
      } else {
        verdict.reject(outcome.arrival(), rejection(outcome.failure()));
      }
    }
    waiting.forEach(late -> judgeLate(late, replaceable.test(late), verdict));
  }

  private void judgeLate(Arrival late, boolean replaceable, Verdict verdict) {
    Set<Offer> missing = missing(late);
    String what = missing.stream().map(Offer::toString).sorted().collect(Collectors.joining(", "));
    if (late.old() != null || (replaceable && !lacksConditionsOnly(missing))) {
      verdict.reject(
          late,
          new RejectedJarException(
              "it does not offer "
                  + what
                  + " within "
                  + patience.toSeconds()
                  + " s: look for an unsatisfied reference or configuration of its components",
              false));
    } else {
      verdict.accept(late, "serves, but does not offer " + what + " yet");
    }
  }

  private Set<Offer> missing(Arrival late) {
    Set<Offer> missing = new HashSet<>(late.owed(generations));
    Set<Offer> there = generations.offers(late.bundle());
    missing.removeIf(wanted -> there.stream().anyMatch(offer -> offer.covers(wanted)));
    return missing;
  }

  /** A capability whose condition is not there cannot come up yet, whichever jar it is from. */
  private boolean lacksConditionsOnly(Set<Offer> missing) {
    return missing.stream().noneMatch(offer -> hasCondition(offer.capability()));
  }

  private boolean hasCondition(String capability) {
    try {
      String id = Capability.CONDITION_PREFIX + capability;
      var found =
          context.getAllServiceReferences(
              "org.osgi.service.condition.Condition", "(osgi.condition.id=" + id + ")");
      return found != null;
    } catch (InvalidSyntaxException _) {
      return false; // No name of a condition.
    }
  }

  private static @Nullable Outcome next(BlockingQueue<Outcome> outcomes, long deadline) {
    try {
      return outcomes.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static RejectedJarException rejection(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return new RejectedJarException(String.valueOf(cause.getMessage()), false);
  }
}
