package kds.core.deploy;

/** A file in a folder of jars cannot be used as it is. */
final class UnusableJarException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean unsettled;

  /**
   * Makes one.
   *
   * @param message a predicate, whose subject is the file: what is the matter, and what to do
   * @param unsettled whether it may soon be usable without another event of the folder
   */
  UnusableJarException(String message, boolean unsettled) {
    super(message);
    this.unsettled = unsettled;
  }

  boolean unsettled() {
    return unsettled;
  }
}
