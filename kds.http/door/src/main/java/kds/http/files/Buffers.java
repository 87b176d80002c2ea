package kds.http.files;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;

/**
 * Direct buffers for file content. A pool of its own, because Jetty's default pool does not keep
 * buffers of this size.
 *
 * <p>A transfer keeps its buffer while its client does nothing, and clients may do nothing in
 * thousands. So only so many buffers are large; who comes later gets a small one. Otherwise direct
 * memory would be used up, and each failed attempt to get some makes the whole service wait for a
 * full garbage collection.
 */
final class Buffers {
  /** Large enough that calls cost nothing beside the bytes, small enough for many at once. */
  static final int SIZE = 256 << 10;

  /** What a TLS record holds: half the speed, and room for ten thousand. */
  static final int SMALL = 16 << 10;

  /** How many large ones there are: a quarter of the memory that bin/kds allows. */
  static final int MOST_LARGE = 256;

  /** How much is kept for later; more may be in use. */
  private static final long KEPT = 16 << 20;

  private static final ByteBufferPool LARGE_ONES =
      new ArrayByteBufferPool(SIZE, SIZE, SIZE, 64, KEPT, KEPT);
  private static final ByteBufferPool SMALL_ONES =
      new ArrayByteBufferPool(SMALL, SMALL, SMALL, 1024, KEPT, KEPT);
  private static final AtomicInteger LARGE_IN_USE = new AtomicInteger();

  private Buffers() {}

  /** Lends a buffer. */
  static Loan lend() {
    boolean large = LARGE_IN_USE.incrementAndGet() <= MOST_LARGE;
    if (!large) {
      LARGE_IN_USE.decrementAndGet();
    }
    try {
      return new Loan(
          large ? LARGE_ONES.acquire(SIZE, true) : SMALL_ONES.acquire(SMALL, true), large);
    } catch (Throwable e) {
      if (large) {
        LARGE_IN_USE.decrementAndGet();
      }
      throw e;
    }
  }

  /** A buffer that is given back. */
  static final class Loan implements AutoCloseable {
    private final RetainableByteBuffer pooled;
    private final boolean large;

    private Loan(RetainableByteBuffer pooled, boolean large) {
      this.pooled = pooled;
      this.large = large;
    }

    /** The whole buffer, empty, to be filled. */
    ByteBuffer cleared() {
      return pooled.getByteBuffer().clear();
    }

    /** Gives it back, once. */
    @Override
    public void close() {
      pooled.release();
      if (large) {
        LARGE_IN_USE.decrementAndGet();
      }
    }
  }
}
