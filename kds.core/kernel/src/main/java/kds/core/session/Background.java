package kds.core.session;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What steps have left in the background: how it ended is written down once it has. When the
 * service ended before that, its next life reports that nothing is known.
 */
final class Background {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);

  private static final StepResult LOST =
      new StepResult(
          Status.UNKNOWN,
          "The service ended while this went on in the background, and it is not done again. Look"
              + " whether what it does is done.");

  private final Events events;
  private final Register register;
  private final BooleanSupplier stopping;

  /**
   * Makes one.
   *
   * @param stopping whether the service stops: what ends then is cut off, and tells nothing
   */
  Background(Events events, Register register, BooleanSupplier stopping) {
    this.events = events;
    this.register = register;
    this.stopping = stopping;
  }

  /** A step has answered, and that is written down: follows what it has left, if anything. */
  void follow(LiveSession session, StepRecord step) {
    CompletionStage<StepResult> end = session.takeLeft(step);
    if (end != null && isOpen(step)) {
      end.handle(Background::result)
          .thenAccept(
              result -> SessionThreads.run(session, () -> settle(session, step.with(result))));
    }
  }

  private static StepResult result(@Nullable StepResult told, @Nullable Throwable failure) {
    if (failure != null) {
      LOG.error("What a step left in the background failed", failure);
      return StepResult.failed("It failed in the background: " + failure.getMessage());
    }
    return told == null ? StepResult.failed("It told no result.") : told;
  }

  private void settle(LiveSession session, StepRecord over) {
    // One that is forgotten has no journal any more, and must not get a new one.
    if (stopping.getAsBoolean() || register.get(session.kasmId()) != session) {
      return;
    }
    write(session, over, record -> settled(record, over));
  }

  /** Says of all that an earlier life of the service left in the background that it is lost. */
  void lose(LiveSession session) {
    List<StepRecord> open = session.record().steps().stream().filter(Background::isOpen).toList();
    for (StepRecord step : open) {
      StepRecord lost = step.with(LOST);
      write(session, lost, record -> settled(record, lost));
    }
  }

  private void write(LiveSession session, StepRecord over, UnaryOperator<SessionRecord> change) {
    session.writeIfPossible(change);
    StepResult result = over.result();
    String text = over.phase() + " " + result.status() + ": " + result.message();
    events.tell(session.kasmId(), "step", over.name(), text);
    if (result.bad()) {
      LOG.warn("Session {}, step {}: {}", session.kasmId(), over.name(), text);
    } else {
      LOG.info("Session {}, step {}: {}", session.kasmId(), over.name(), text);
    }
  }

  private static SessionRecord settled(SessionRecord record, StepRecord over) {
    boolean open = record.step(over.name(), over.phase()).filter(Background::isOpen).isPresent();
    return open ? record.settled(over) : record;
  }

  private static boolean isOpen(StepRecord step) {
    return step.result() != null && step.result().status() == Status.BACKGROUND;
  }
}
