package kds.http.pem;

/** A key or certificate that cannot be used. The message says which file, why, and what to do. */
public final class UnusableException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public UnusableException(String message) {
    super(message);
  }

  /** Makes one with its cause. */
  public UnusableException(String message, Throwable cause) {
    super(message, cause);
  }
}
