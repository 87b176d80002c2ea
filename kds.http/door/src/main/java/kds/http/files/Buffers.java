package kds.http.files;

import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;

/**
 * Direct buffers for file content. A pool of its own, because Jetty's default pool does not keep
 * buffers of this size.
 */
final class Buffers {
  /** Large enough that calls cost nothing beside the bytes, small enough for many at once. */
  static final int SIZE = 256 << 10;

  /** How much is kept for later; more may be in use. */
  private static final long KEPT = 16 << 20;

  static final ByteBufferPool POOL = new ArrayByteBufferPool(SIZE, SIZE, SIZE, 64, KEPT, KEPT);

  private Buffers() {}
}
