package kds.api.capability;

import java.time.Duration;

/** A capability cannot be entered now. */
public final class CapabilityUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a capability cannot be entered. */
  public enum Reason {
    /** It is switched off. */
    OFF,
    /** No bundle serves it, or none came back in time. */
    ABSENT,
    /** Too many calls are waiting for it already. */
    CROWDED
  }

  private final Reason reason;
  private final Duration retryAfter;

  /**
   * Makes one.
   *
   * @param message what happened and what to do, fit for the caller
   * @param retryAfter when it may be worth another try
   */
  public CapabilityUnavailableException(Reason reason, String message, Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** When it may be worth another try. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
