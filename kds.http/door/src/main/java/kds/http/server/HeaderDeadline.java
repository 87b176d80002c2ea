package kds.http.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The time a client may take for its handshake and the headers of a request.
 *
 * <p>Jetty's idle time-out starts over with each byte, so a client that sends one byte now and then
 * could hold a connection for ever without a token. Bodies are not limited: a slow upload is a
 * legitimate one, and it has a token.
 */
final class HeaderDeadline {
  private HeaderDeadline() {}

  /** A connection that knows since when it has been waiting for the end of headers. */
  static final class Timed extends SocketChannelEndPoint {
    private static final long NOT_WAITING = 0;

    /** When the wait began ({@link System#nanoTime}, never 0). */
    private volatile long since = now();

    private volatile boolean busy;

    /** Kept, because a closed channel does not tell it any more. */
    private final InetAddress peer;

    Timed(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler)
        throws IOException {
      super(channel, selector, key, scheduler);
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
      if (filled > 0 && !busy && since == NOT_WAITING) {
        since = now();
      }
      return filled;
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

    private void requestEnded() {
      busy = false;
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
