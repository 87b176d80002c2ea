package kds.api.session;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session at one moment.
 *
 * @param session whose it is
 * @param state where it is in its life
 * @param outcome how its start went, null until that is known
 * @param started when its start was asked for
 * @param ended when its end was complete, null before; stays while more of it is ended
 * @param steps what was done so far, in order
 */
public record SessionReport(
    Session session,
    State state,
    @Nullable Outcome outcome,
    Instant started,
    @Nullable Instant ended,
    List<StepReport> steps) {
  /** Where a session is in its life. */
  public enum State {
    /** Its steps are being done. */
    STARTING,
    /** It may be used. */
    RUNNING,
    /** It is being ended; some of it may go on in the background. */
    ENDING,
    /** It is over. */
    ENDED
  }

  /** How a start went. */
  public enum Outcome {
    /** All steps succeeded. */
    READY,
    /** A step that is not essential failed; its report says why. */
    DEGRADED,
    /** An essential step failed; what was done is undone. */
    FAILED
  }

  /** Takes a copy of the list. */
  public SessionReport {
    steps = List.copyOf(steps);
  }

  /**
   * One step's part.
   *
   * @param name the step's name
   * @param phase start or end
   * @param result how it went, null while it runs
   * @param began when it began
   * @param tookMillis how long it took, or has taken so far
   */
  public record StepReport(
      String name, Phase phase, @Nullable StepResult result, Instant began, long tookMillis) {}

  /** Which half of a session's life. */
  public enum Phase {
    /** The session begins. */
    START,
    /** The session ends. */
    END
  }
}
