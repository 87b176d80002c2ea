package kds.api.session;

import java.util.Objects;

/**
 * How a step went.
 *
 * @param status in a word
 * @param message for people: what happened and, when it failed, what to do; no secret
 */
public record StepResult(Status status, String message) {
  /** How a step went, in a word. */
  public enum Status {
    /** Done. */
    DONE,
    /** Not needed for this session. */
    SKIPPED,
    /** It goes on in the background; see {@link SessionContext#leaves}. */
    BACKGROUND,
    /** It failed. */
    FAILED,
    /** It took longer than it may. */
    TIMED_OUT,
    /** The service died in the middle of it, or of what it had left in the background. */
    UNKNOWN
  }

  /** Checks that nothing is missing. */
  public StepResult {
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(message, "message");
  }

  /** A success. */
  public static StepResult done(String message) {
    return new StepResult(Status.DONE, message);
  }

  /** Not needed. */
  public static StepResult skipped(String message) {
    return new StepResult(Status.SKIPPED, message);
  }

  /** A failure. */
  public static StepResult failed(String message) {
    return new StepResult(Status.FAILED, message);
  }

  /** Whether a session is less than it should be because of this. */
  public boolean bad() {
    return status == Status.FAILED || status == Status.TIMED_OUT || status == Status.UNKNOWN;
  }
}
