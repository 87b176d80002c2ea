package kds.core.gate;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that a capability that is switched off is empty within a bound. */
final class Closing {
  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  /** What a call that was cut gets to clean up. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final WaitingRoom room;
  private final String capability;
  private final Premises premises;
  private final CompletableFuture<Void> over;

  private Closing(WaitingRoom room, String capability, Premises premises) {
    this.room = room;
    this.capability = capability;
    this.premises = premises;
    this.over = premises.shut().copy();
  }

  /**
   * Shuts the premises.
   *
   * @param limit how long calls that run may go on
   * @return completed when all have ended, or were cut and had the time to clean up; exceptionally
   *     when the capability is switched on again
   */
  static CompletionStage<Void> of(
      WaitingRoom room, String capability, Premises premises, Duration limit) {
    Closing closing = new Closing(room, capability, premises);
    if (!closing.over.isDone()) {
      LOG.info(
          "{} call(s) of capability {} have up to {} s to end",
          premises.inside(),
          capability,
          limit.toSeconds());
      room.later(limit, closing::cut);
    }
    return closing.over;
  }

  private void cut() {
    if (over.isDone()) {
      return;
    }
    List<CountedLease<?>> late = premises.close();
    LOG.warn(
        "Capability {} is off and its time is over: {} call(s) that still run are cut: {}",
        capability,
        late.size(),
        late);
    late.forEach(lease -> room.run(lease::cut));
    room.later(GRACE, this::giveUp);
  }

  private void giveUp() {
    if (!over.isDone()) {
      LOG.warn(
          "{} call(s) of capability {} did not end when cut; its services go all the same",
          premises.inside(),
          capability);
      over.complete(null);
    }
  }
}
