package kds.http.server;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import kds.http.server.Settings.Endpoint;
import kds.http.tls.TlsConnections;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.eclipse.jetty.util.thread.VirtualThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jetty, set up for the door. Its methods are called by one thread; requests run on virtual
 * threads, and so do acceptors and selectors: Java parks a virtual thread that selects, and whoever
 * finds a request answers it in the same thread, while another one takes over selecting. With
 * selectors on threads of their own each request had two threads of the kernel woken up for it.
 */
final class HttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

  /** The longest token, twice, and room for the rest. */
  private static final int HEADER_BYTES = 32 * 1024;

  /**
   * A connection that is kept remembers no headers. Jetty would take 100 KiB of heap for it on each
   * of them, whoever sent the headers; a few thousand connections have less than that together.
   */
  private static final int REMEMBERED_HEADERS = 0;

  /** Connections are what is limited. */
  private static final int ANY_NUMBER = -1;

  private static final Duration LONGEST_REQUEST = Duration.ofDays(1);
  private static final int REBIND_TRIES = 40;
  private static final long REBIND_PAUSE_MILLIS = 25;
  private static final int ACCEPT_QUEUE = 512;

  /** What a connection takes that moves much; Jetty's own pool would not keep it. */
  private static final int LARGEST_BUFFER = 256 << 10;

  private static final int MOST_BUFFERS = 1024;

  /** How much is kept for later; more may be in use. */
  private static final long KEPT = 16 << 20;

  /**
   * Refused with 400: whatever one reader could take for a separator and another for part of a
   * name, and what is not UTF-8. Let through: an encoded percent sign, backslash or control
   * character, and letters that should have been encoded. They are legal in the names of files, and
   * whoever uses them reads the raw path.
   */
  private static final UriCompliance PATHS =
      new UriCompliance(
          "KDS",
          EnumSet.of(
              Violation.AMBIGUOUS_PATH_ENCODING,
              Violation.SUSPICIOUS_PATH_CHARACTERS,
              Violation.ILLEGAL_PATH_CHARACTERS));

  private final Server server;
  private final HttpConfiguration configuration = new HttpConfiguration();
  private final GracefulHandler graceful;
  private final Supplier<Settings> settings;
  private final Allowance allowance;
  private @Nullable DoorConnector current;

  HttpServer(
      Supplier<Settings> settings,
      Allowance allowance,
      Handler afterEntrance,
      RequestLog accessLog) {
    this.settings = settings;
    this.allowance = allowance;
    server =
        new Server(
            threads(),
            null,
            new ArrayByteBufferPool(0, -1, LARGEST_BUFFER, MOST_BUFFERS, KEPT, KEPT));
    graceful = new GracefulHandler(afterEntrance);
    server.setHandler(new Entrance(graceful));
    server.setErrorHandler(new ProblemErrors());
    server.setStopAtShutdown(false);
    server.setRequestLog(
        (request, response) -> accessLog.log(Credentials.forLog(request), response));
    configuration.setRequestHeaderSize(HEADER_BYTES);
    configuration.setHeaderCacheSize(REMEMBERED_HEADERS);
    configuration.setMaxResponseHeaderSize(2 * HEADER_BYTES); // some give back what was sent
    configuration.setSendServerVersion(false);
    configuration.setHttpCompliance(HttpCompliance.STRICT);
    configuration.setUriCompliance(PATHS);
    configuration.addCustomizer(new SecureRequestCustomizer(false, false, -1, false));
  }

  /** Whose threads have nothing of those that start them: what marks log lines is not inherited. */
  private static ThreadPool threads() {
    ThreadFactory factory =
        Thread.ofVirtual().name("kds-http-", 0).inheritInheritableThreadLocals(false).factory();
    VirtualThreadPool threads = new VirtualThreadPool(ANY_NUMBER);
    threads.setVirtualThreadsExecutor(task -> factory.newThread(task).start());
    return threads;
  }

  void start() throws Exception {
    server.start();
    server.getScheduler().schedule(this::closeLate, 1, TimeUnit.SECONDS);
  }

  /** Whether there is a listener. */
  boolean listens() {
    return current != null;
  }

  /**
   * Opens a listener, and lets the one before go: it takes no new connection, those it has go on
   * until their requests are done.
   *
   * @param tls the server's side of TLS, null for none
   * @return the port
   * @throws IOException when the place is taken; the listener before goes on, unless it had the
   *     same port and had to make room
   */
  int open(Endpoint endpoint, SslContextFactory.@Nullable Server tls) throws IOException {
    DoorConnector before = current;
    boolean samePort =
        before != null && endpoint.port() != 0 && before.getLocalPort() == endpoint.port();
    if (samePort) {
      retire(before);
      before = null;
    }
    DoorConnector fresh = connector(endpoint, tls);
    try {
      bind(fresh, samePort ? REBIND_TRIES : 1);
      server.addConnector(fresh);
      fresh.start();
    } catch (Exception e) {
      server.removeConnector(fresh);
      fresh.close();
      throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
    }
    current = fresh;
    if (before != null) {
      retire(before);
    }
    return fresh.getLocalPort();
  }

  /** The kernel frees a port only when the thread that accepted on it has noticed the close. */
  private static void bind(DoorConnector connector, int tries)
      throws IOException, InterruptedException {
    for (int left = tries - 1; ; left--) {
      try {
        connector.open();
        return;
      } catch (IOException e) {
        if (left == 0) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(REBIND_PAUSE_MILLIS);
      }
    }
  }

  /** Lets changed limits work on the open listener. */
  void adjust() {
    DoorConnector connector = current;
    if (connector != null) {
      limit(connector, settings.get());
    }
  }

  /**
   * Stops: no new connections, running requests get their time, then the rest is cut off. Blocks.
   */
  void stop(Duration drain) {
    for (Connector connector : server.getConnectors()) {
      connector.shutdown();
      close(connector);
    }
    current = null;
    await(graceful.shutdown(), drain);
    try {
      server.setStopTimeout(0);
      server.stop();
    } catch (Exception e) {
      LOG.warn("The HTTP server did not stop cleanly", e);
    }
  }

  private DoorConnector connector(Endpoint endpoint, SslContextFactory.@Nullable Server tls)
      throws IOException {
    HttpConnectionFactory http = new HttpConnectionFactory(configuration);
    ConnectionFactory[] factories =
        tls == null
            ? new ConnectionFactory[] {http}
            : new ConnectionFactory[] {new TlsConnections(tls, http.getProtocol()), http};
    DoorConnector connector = new DoorConnector(server, settings, allowance, factories);
    connector.setPort(endpoint.port());
    connector.setHost(endpoint.address().isEmpty() ? null : endpoint.address());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    limitConnections(connector, settings.get().maxConnections());
    limit(connector, settings.get());
    return connector;
  }

  private static void limit(DoorConnector connector, Settings settings) {
    connector.setIdleTimeout(settings.idleTimeout().toMillis());
    connector.setShutdownIdleTimeout(settings.idleTimeout().toMillis());
    NetworkConnectionLimit limit = connector.getBean(NetworkConnectionLimit.class);
    limit.setMaxNetworkConnectionCount(settings.maxConnections());
  }

  /** Started at once it registers itself with the connector, which then does not manage it. */
  private static void limitConnections(DoorConnector connector, int most) throws IOException {
    try {
      new NetworkConnectionLimit(most, connector).start();
    } catch (Exception e) {
      throw new IOException("The limit of connections cannot be set", e);
    }
  }

  private void retire(DoorConnector connector) {
    if (current == connector) {
      current = null;
    }
    connector
        .shutdown()
        .orTimeout(LONGEST_REQUEST.toMillis(), TimeUnit.MILLISECONDS)
        .whenCompleteAsync((done, late) -> discard(connector));
    close(connector);
  }

  private void discard(DoorConnector connector) {
    try {
      connector.stop();
    } catch (Exception e) {
      LOG.warn("The listener on {} did not stop cleanly", connector, e);
    }
    server.removeConnector(connector);
    LOG.info("The listener before is closed, its connections have ended");
  }

  /** Closes the listening socket; connections that stand go on. */
  private static void close(Connector connector) {
    if (connector instanceof DoorConnector open) {
      open.close();
    }
  }

  private void closeLate() {
    try {
      allowance.report();
      for (Connector connector : server.getConnectors()) {
        if (connector instanceof DoorConnector open) {
          open.closeLate();
        }
      }
    } finally {
      if (server.isRunning()) {
        server.getScheduler().schedule(this::closeLate, 1, TimeUnit.SECONDS);
      }
    }
  }

  private static void await(Future<?> done, Duration most) {
    try {
      done.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("Requests that still run after {} s are cut off", most.toSeconds());
    } catch (ExecutionException e) {
      LOG.debug("Draining failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
