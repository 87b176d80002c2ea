package kds.http.tls;

import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Makes the door's TLS connections, which receive several records at a time. */
public final class TlsConnections extends SslConnectionFactory {
  /** Of all listeners together: 50 MiB when each of them holds back all it can. */
  private static final Semaphore WIDE = new Semaphore(128);

  /** Makes a factory; what it carries is spoken by {@code next}. */
  public TlsConnections(SslContextFactory.Server tls, String next) {
    super(tls, next);
  }

  @Override
  protected SslConnection newSslConnection(
      Connector connector, EndPoint endPoint, SSLEngine engine) {
    return new TlsConnection(connector, getSslContextFactory(), endPoint, engine, WIDE);
  }
}
