package kds.api.transfer;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transfer was refused or failed. The message is fit for the person: what happened, what to do.
 */
public final class TransferException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is. */
  public enum Reason {
    /** The caller's token speaks for no session. */
    NO_SESSION,
    /** The session's user is unknown to the machine, or one that is never acted for. */
    NO_USER,
    /** No folder can serve the caller. */
    NO_FOLDER,
    /** Uploads or downloads are switched off. */
    NOT_ALLOWED,
    /** There is no such file or folder. */
    NOT_FOUND,
    /** The path leads out of the folder, meets a link, or is none. */
    UNSAFE_PATH,
    /** There is something, but not a regular file or not a folder as wanted. */
    WRONG_KIND,
    /** The user's own rights do not allow it. */
    DENIED,
    /** The name is taken. */
    CONFLICT,
    /** A name or path is too long. */
    NAME_TOO_LONG,
    /** The file is larger than allowed. */
    TOO_LARGE,
    /** The disk is full. */
    NO_SPACE,
    /** The user's quota is used up. */
    QUOTA,
    /** Another number of bytes came than was announced. */
    INCOMPLETE,
    /** An inspector did not let the content pass. */
    REFUSED,
    /** The session's last transfer was a moment ago: wait. */
    TOO_SOON,
    /** An upload that has ended: expired, terminated, or its session is over. */
    GONE,
    /** The same upload was gone on with elsewhere. */
    TAKEN_OVER,
    /** Too much at once, or the directory did not answer: try again. */
    BUSY,
    /** The server failed. */
    FAILED
  }

  private final Reason reason;
  private final @Nullable Duration retryAfter;

  /** Makes one. */
  public TransferException(Reason reason, String message) {
    super(message);
    this.reason = reason;
    this.retryAfter = null;
  }

  /** Makes one that says when to come again. */
  public TransferException(Reason reason, String message, Duration retryAfter) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /** Makes one with its cause. */
  public TransferException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.retryAfter = null;
  }

  /** What kind of failure it is. */
  public Reason reason() {
    return reason;
  }

  /** How long to wait before trying again, when that is known. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
