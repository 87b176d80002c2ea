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
 * thousands. So each begins with a small one and gets a large one when it has moved a good deal,
 * and only so many are large. Otherwise direct memory would be used up, and each failed attempt to
 * get some makes the whole service wait for a full garbage collection.
 */
final class Buffers {
  /** Large enough that calls cost nothing beside the bytes, small enough for many at once. */
  static final int SIZE = 256 << 10;

  /** What a TLS record holds: half the speed, and room for ten thousand. */
  static final int SMALL = 16 << 10;

  /** What has to be moved for a large one: more than waits in a connection whose client is slow. */
  static final int EARNED = 512 << 10;

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

  /** Lends a buffer, a small one at first. */
  static Loan lend() {
    return new Loan(SMALL_ONES.acquire(SMALL, true));
  }

  /** A buffer that is given back. Belongs to one thread at a time. */
  static final class Loan implements AutoCloseable {
    private RetainableByteBuffer pooled;
    private boolean large;
    private long moved;

    private Loan(RetainableByteBuffer pooled) {
      this.pooled = pooled;
    }

    /**
     * The whole buffer, empty, to be filled. Ask for each piece, and keep nothing of the one
     * before: it may be another, larger buffer from then on.
     */
    ByteBuffer cleared() {
      if (!large && moved >= EARNED) {
        grow();
      }
      ByteBuffer buffer = pooled.getByteBuffer().clear();
      moved += buffer.capacity();
      return buffer;
    }

    private void grow() {
      if (LARGE_IN_USE.incrementAndGet() > MOST_LARGE) {
        LARGE_IN_USE.decrementAndGet();
        return;
      }
      RetainableByteBuffer larger;
      try {
        larger = LARGE_ONES.acquire(SIZE, true);
      } catch (Throwable e) {
        LARGE_IN_USE.decrementAndGet();
        throw e;
      }
      pooled.release();
      pooled = larger;
      large = true;
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
