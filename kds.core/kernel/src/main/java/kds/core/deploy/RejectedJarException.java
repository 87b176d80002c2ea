package kds.core.deploy;

/** A jar could not be put into service. */
final class RejectedJarException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean unresolved;

  /**
   * Makes one.
   *
   * @param message what went wrong; "it" is the jar
   * @param unresolved whether another bundle may bring what it lacks
   */
  RejectedJarException(String message, boolean unresolved) {
    super(message);
    this.unresolved = unresolved;
  }

  boolean unresolved() {
    return unresolved;
  }
}
