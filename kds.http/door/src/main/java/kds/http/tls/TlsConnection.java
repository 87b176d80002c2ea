package kds.http.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's TLS, receiving several records at a time while much arrives.
 *
 * <p>A record holds 16 KiB at most, and Jetty makes one call to the kernel, and one turn through
 * all its layers, for each. Here a connection whose reads fill its buffers gets larger ones
 * ("wide"), and as many records are decrypted at once as fit. One that has little to say keeps
 * small buffers, so that many slow clients cost little; and only so many may be wide at a time, so
 * that what they can hold back is bounded. Sending goes record by record: gathering was measured,
 * and gained nothing.
 *
 * <p>Everything but its end runs under the lock of {@link SslConnection}.
 */
final class TlsConnection extends SslConnection {
  /** Buffers of a wide connection: eight records with their heads, and no more than a cache. */
  static final int WIDE = 132 << 10;

  /** A read that brings less than this says that the client is slow. */
  private static final int FEW = 2 << 10;

  private final Sizing sizing;
  private final Semaphore places;
  private int usualInput;
  private boolean receivesMuch;
  private boolean placed;
  private boolean ended;
  private @Nullable SSLException late;

  /**
   * Makes one.
   *
   * @param places how many connections may be wide
   */
  TlsConnection(
      Connector connector,
      SslContextFactory.Server tls,
      EndPoint endPoint,
      SSLEngine engine,
      Semaphore places) {
    this(new Sizing(connector.getByteBufferPool()), connector, tls, endPoint, engine, places);
  }

  private TlsConnection(
      Sizing sizing,
      Connector connector,
      SslContextFactory.Server tls,
      EndPoint endPoint,
      SSLEngine engine,
      Semaphore places) {
    super(sizing, connector.getExecutor(), tls, endPoint, engine, false, false);
    this.sizing = sizing;
    this.places = places;
  }

  @Override
  protected SslEndPoint newSslEndPoint() {
    return new Told();
  }

  @Override
  protected int networkFill(ByteBuffer input) throws IOException {
    BufferUtil.compact(input);
    int room = BufferUtil.space(input);
    int filled = super.networkFill(input);
    if (filled > 0 && filled == room) {
      receivesMuch = true;
      size();
    } else if (filled > 0 && filled < FEW) {
      receivesMuch = false;
      size();
    }
    return filled;
  }

  @Override
  protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer input, ByteBuffer output)
      throws SSLException {
    if (late != null) {
      SSLException failure = late;
      late = null;
      throw failure;
    }
    SSLEngineResult sum = super.unwrap(engine, input, output);
    while (goesOn(sum)
        && input.hasRemaining()
        && output.remaining() >= engine.getSession().getApplicationBufferSize()) {
      SSLEngineResult next;
      try {
        next = super.unwrap(engine, input, output);
      } catch (SSLException e) {
        late = e; // what came before it is handed on first
        return sum;
      }
      if (next.getStatus() != Status.OK || next.bytesConsumed() == 0) {
        return sum; // said again by the next call
      }
      sum = sum(sum, next);
    }
    return sum;
  }

  @Override
  public void onClose(Throwable cause) {
    synchronized (places) {
      ended = true;
      place(false);
    }
    super.onClose(cause);
  }

  private static boolean goesOn(SSLEngineResult result) {
    return result.getStatus() == Status.OK
        && result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
        && result.bytesProduced() > 0;
  }

  private static SSLEngineResult sum(SSLEngineResult one, SSLEngineResult next) {
    return new SSLEngineResult(
        next.getStatus(),
        next.getHandshakeStatus(),
        one.bytesConsumed() + next.bytesConsumed(),
        one.bytesProduced() + next.bytesProduced());
  }

  /** Sees to it that the next buffers are of the right size. */
  private void size() {
    synchronized (places) {
      place(!ended && receivesMuch);
      sizing.wide = placed;
    }
    if (getSslEndPoint().getConnection() instanceof AbstractConnection http) {
      usualInput = usualInput == 0 ? http.getInputBufferSize() : usualInput;
      http.setInputBufferSize(placed ? WIDE : usualInput);
    }
  }

  private void place(boolean wanted) {
    if (wanted && !placed) {
      placed = places.tryAcquire();
    } else if (!wanted && placed) {
      placed = false;
      places.release();
    }
  }

  /** What HTTP reads from; the end point of the socket is told what that gets. */
  private final class Told extends SslEndPoint {
    @Override
    public int fill(ByteBuffer buffer) throws IOException {
      int filled = super.fill(buffer);
      if (filled > 0 && unwrap() instanceof Decrypted below && !below.decrypted(buffer, filled)) {
        buffer.limit(buffer.limit() - filled);
        return -1;
      }
      return filled;
    }
  }

  /**
   * The pool, asked for more than Jetty asks for. On the heap: Java's AES-GCM takes a whole record
   * of an array at once, but copies direct memory in pieces of 512 bytes.
   */
  private static final class Sizing extends ByteBufferPool.Wrapper {
    private boolean wide;

    Sizing(ByteBufferPool pool) {
      super(pool);
    }

    @Override
    public RetainableByteBuffer.Mutable acquire(int size, boolean direct) {
      return super.acquire(wide ? Math.max(size, WIDE) : size, direct);
    }
  }
}
