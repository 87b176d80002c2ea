package kds.http.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import kds.http.tls.Decrypted;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The time a client may take for its handshake and the headers of a request, and the memory that
 * they may hold meanwhile ({@link Allowance}).
 *
 * <p>Jetty's idle time-out starts over with each byte, so a client that sends one byte now and then
 * could hold a connection for ever without a token. Bodies are not limited: a slow upload is a
 * legitimate one, and it has a token.
 */
final class HeaderDeadline {
  private HeaderDeadline() {}

  /** A connection that knows since when it has been waiting for the end of headers. */
  static final class Timed extends SocketChannelEndPoint implements Decrypted, Allowance.Holder {
    private static final long NOT_WAITING = 0;

    /** Of a line of headers, however short: a field, two strings and their arrays. */
    private static final int LINE_COST = 128;

    /** When the wait began ({@link System#nanoTime}, never 0). */
    private volatile long since = now();

    private volatile boolean busy;

    /** Kept, because a closed channel does not tell it any more. */
    private final InetAddress peer;

    private final Allowance allowance;
    private final boolean encrypted;

    /** What has come without a token takes about so many bytes; used by whoever fills. */
    private long cost;

    /** How much of it came last: a next request may have begun in there. */
    private long lastCost;

    private volatile boolean entered;
    private volatile boolean proven;
    private volatile boolean gone;

    /**
     * Makes one.
     *
     * @param encrypted whether what is read here is TLS
     */
    Timed(
        SocketChannel channel,
        ManagedSelector selector,
        SelectionKey key,
        Scheduler scheduler,
        Allowance allowance,
        boolean encrypted)
        throws IOException {
      super(channel, selector, key, scheduler);
      this.allowance = allowance;
      this.encrypted = encrypted;
      peer = peer(channel);
    }

    /** Whoever comes from the address that he came to is a user of this machine. */
    private static InetAddress peer(SocketChannel channel) throws IOException {
      return channel.getRemoteAddress() instanceof InetSocketAddress remote
              && channel.getLocalAddress() instanceof InetSocketAddress local
              && !remote.getAddress().equals(local.getAddress())
          ? remote.getAddress()
          : InetAddress.getLoopbackAddress();
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
      int filled = super.fill(buffer);
      if (filled > 0 && !proven) {
        if (!busy && since == NOT_WAITING) {
          since = now();
        }
        lastCost = 0;
        if (!count(filled) || !encrypted && !decrypted(buffer, filled)) {
          buffer.limit(buffer.limit() - filled);
          return -1;
        }
      }
      return filled;
    }

    /** The parser keeps the bytes in a builder twice their size, or as one field for each line. */
    @Override
    public boolean decrypted(ByteBuffer buffer, int bytes) {
      if (proven) {
        return true;
      }
      int lines = 0;
      for (int i = buffer.limit() - bytes; i < buffer.limit(); i++) {
        if (buffer.get(i) == '\n') {
          lines++;
        }
      }
      return count(bytes + (long) lines * LINE_COST);
    }

    private boolean count(long more) {
      cost += more;
      lastCost += more;
      return cost <= Allowance.FREE || enter();
    }

    private boolean enter() {
      entered = true;
      boolean may = allowance.hold(this, cost);
      if (gone) {
        allowance.gone(this); // Said by another thread, which may have come before the entry.
      }
      return may;
    }

    private void leave() {
      if (entered) {
        entered = false;
        allowance.release(this);
      }
    }

    @Override
    public void cutOff() {
      close();
    }

    /** The connection is closed. */
    void ended() {
      gone = true;
      if (entered) {
        allowance.gone(this);
      }
    }

    /** The address at the other end of the connection. */
    InetAddress peer() {
      return peer;
    }

    boolean late(Duration limit) {
      long began = since;
      return !busy && began != NOT_WAITING && System.nanoTime() - began > limit.toNanos();
    }

    private void requestBegan() {
      busy = true;
      since = NOT_WAITING;
    }

    private void requestProven() {
      proven = true;
      leave();
    }

    /** Of a request without a token, what came last may be headers of the next one. */
    private void requestEnded() {
      cost = proven ? 0 : lastCost;
      lastCost = cost;
      proven = false;
      busy = false;
      if (cost <= Allowance.FREE) {
        leave();
      } else {
        enter();
      }
    }

    private static long now() {
      return System.nanoTime() | 1;
    }
  }

  /** Says that the headers of a request have arrived. */
  static void arrived(Request request) {
    if (timed(request.getConnectionMetaData().getConnection().getEndPoint()) instanceof Timed t) {
      t.requestBegan();
      request.addHttpStreamWrapper(stream -> new Ending(stream, t));
    }
  }

  /** Says that a request has brought a good token, or a key, and may take what it needs. */
  static void proven(Request request) {
    if (timed(request.getConnectionMetaData().getConnection().getEndPoint()) instanceof Timed t) {
      t.requestProven();
    }
  }

  /** Under TLS the end point that HTTP sees wraps the one of the socket. */
  private static EndPoint timed(EndPoint endPoint) {
    return endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : endPoint;
  }

  private static final class Ending extends HttpStream.Wrapper {
    private final Timed connection;

    Ending(HttpStream stream, Timed connection) {
      super(stream);
      this.connection = connection;
    }

    @Override
    public void succeeded() {
      connection.requestEnded();
      super.succeeded();
    }

    @Override
    public void failed(Throwable x) {
      connection.requestEnded();
      super.failed(x);
    }
  }
}
