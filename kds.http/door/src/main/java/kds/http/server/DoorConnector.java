package kds.http.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import kds.http.guard.Network;
import kds.http.tls.TlsConnections;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Jetty's connector with limits that it lacks: connections of one address, so that one host cannot
 * take them all, and the time and memory for headers. It tells endless answers when it closes.
 */
final class DoorConnector extends ServerConnector implements Endless {
  private final Map<ByteBuffer, Integer> connections = new ConcurrentHashMap<>();
  private final Supplier<Settings> settings;
  private final Allowance allowance;
  private final Set<Runnable> endless = ConcurrentHashMap.newKeySet();

  DoorConnector(
      Server server,
      Supplier<Settings> settings,
      Allowance allowance,
      ConnectionFactory... factories) {
    super(server, 1, -1, factories);
    this.settings = settings;
    this.allowance = allowance;
  }

  @Override
  protected SocketChannelEndPoint newEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key) throws IOException {
    SocketChannelEndPoint endPoint =
        new HeaderDeadline.Timed(
            channel,
            selector,
            key,
            getScheduler(),
            allowance,
            getDefaultConnectionFactory() instanceof TlsConnections);
    endPoint.setIdleTimeout(getIdleTimeout());
    return endPoint;
  }

  @Override
  protected void onEndPointOpened(EndPoint endPoint) {
    super.onEndPointOpened(endPoint);
    if (endPoint instanceof HeaderDeadline.Timed timed
        && connections.merge(Network.client(timed.peer()), 1, Integer::sum)
            > settings.get().maxConnectionsPerAddress()) {
      timed.close();
    }
  }

  @Override
  protected void onEndPointClosed(EndPoint endPoint) {
    if (endPoint instanceof HeaderDeadline.Timed timed) {
      timed.ended();
      connections.computeIfPresent(
          Network.client(timed.peer()), (client, n) -> n == 1 ? null : n - 1);
    }
    super.onEndPointClosed(endPoint);
  }

  @Override
  public CompletableFuture<Void> shutdown() {
    CompletableFuture<Void> done = super.shutdown();
    endless.forEach(Runnable::run);
    return done;
  }

  @Override
  public void whenClosing(Runnable action) {
    endless.add(action);
    if (isShutdown()) {
      action.run();
    }
  }

  @Override
  public void forget(Runnable action) {
    endless.remove(action);
  }

  /** Closes those whose headers take too long. */
  void closeLate() {
    for (EndPoint endPoint : getConnectedEndPoints()) {
      if (endPoint instanceof HeaderDeadline.Timed timed
          && timed.late(settings.get().headerTimeout())) {
        timed.close();
      }
    }
  }
}
