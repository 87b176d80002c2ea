package kds.http.route;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The connection broke, or its body did not come in time. Not a failure of the service. */
public final class ClientGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public ClientGoneException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
