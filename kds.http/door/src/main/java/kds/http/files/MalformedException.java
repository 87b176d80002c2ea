package kds.http.files;

import java.io.IOException;

/** A form that cannot be read. */
final class MalformedException extends IOException {
  private static final long serialVersionUID = 1L;

  MalformedException(String message) {
    super(message);
  }
}
