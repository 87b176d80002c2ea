package kds.api.host;

/**
 * The machine refused or failed. The message says what was tried, on what, and what to do about it;
 * it names no path outside of the folder that was entered unless the operator configured it.
 */
public final class HostException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What kind of failure it is. */
  public enum Reason {
    /** No such file or folder (ENOENT, ENOTDIR). */
    NOT_FOUND,
    /** The path leads out of the folder, through a link, or is not one that can be asked for. */
    UNSAFE_PATH,
    /** There is something, but not a regular file or not a folder as wanted. */
    WRONG_KIND,
    /** The folder belongs to somebody else. */
    FOREIGN,
    /** The user may not do this there (EACCES, EPERM). */
    DENIED,
    /** The name is taken (EEXIST). */
    EXISTS,
    /** A name or path is longer than the file system takes (ENAMETOOLONG). */
    NAME_TOO_LONG,
    /** The file system is full (ENOSPC). */
    NO_SPACE,
    /** The user's quota is used up (EDQUOT). */
    QUOTA,
    /** The file is larger than the file system takes (EFBIG). */
    TOO_LARGE,
    /** The file system is mounted read-only (EROFS). */
    READ_ONLY,
    /** Out of descriptors or memory, or too many calls: try again later. */
    BUSY,
    /** The answer did not come in time. */
    TIMEOUT,
    /** Somebody has opened the part again: this handle counts no longer. */
    REVOKED,
    /** The service does not have the privilege that this needs. */
    UNPRIVILEGED,
    /** The account is one of the system's own, which are never acted for. */
    SYSTEM_ACCOUNT,
    /** Anything else: the device failed. */
    IO
  }

  private final Reason reason;

  /** Makes one. */
  public HostException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Makes one with its cause. */
  public HostException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What kind of failure it is. */
  public Reason reason() {
    return reason;
  }
}
