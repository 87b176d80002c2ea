package kds.core.config;

/** A value that its property does not take. The message says what is wrong with it. */
final class ValueException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String remedy;

  ValueException(String what, String remedy) {
    super(what);
    this.remedy = remedy;
  }

  String what() {
    return String.valueOf(getMessage());
  }

  String remedy() {
    return remedy;
  }
}
