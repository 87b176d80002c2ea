package kds.api.session;

import java.time.Duration;

/** A session cannot begin now. The message says why and what to do. */
public final class SessionException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why a session cannot begin. */
  public enum Reason {
    /** The end of this user's last session is unfinished. */
    ENDING,
    /** Too many sessions are starting. */
    CROWDED,
    /** The request contradicts itself, or a session of this id belongs to somebody else. */
    REFUSED
  }

  private final Reason reason;
  private final Duration retryAfter;

  /** Makes one. */
  public SessionException(Reason reason, String message, Duration retryAfter) {
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
