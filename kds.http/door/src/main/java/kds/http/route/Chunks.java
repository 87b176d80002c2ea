package kds.http.route;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes that arrive piece by piece. */
@FunctionalInterface
public interface Chunks {
  /**
   * Waits for the next piece.
   *
   * @return never empty, valid until the next call; null at the end
   */
  @Nullable ByteBuffer next() throws IOException;
}
