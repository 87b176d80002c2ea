package kds.http.testing;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.http.problem.Problem;
import kds.http.server.Endless;
import kds.http.server.Inner;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A real Jetty on a loopback port in front of a router. Its tokens are toys: the bearer word lists
 * the scopes, joined by {@code +}.
 */
public final class TestDoor implements AutoCloseable {
  /** A token for all of a session's files. */
  public static final String FILES = "Bearer files:read+files:write";

  /** Why callers that were let in may be served no longer. */
  public volatile Optional<Problem> lost = Optional.empty();

  /** How often that is asked, at least. */
  public volatile Duration pulse = Duration.ofSeconds(10);

  private final Server server;
  private final Listener connector;

  /** Starts one. */
  public TestDoor(Handler handler, RequestLog log, boolean virtual) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(24);
    if (virtual) {
      threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    }
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setUriCompliance(UriCompliance.UNSAFE);
    http.setSendServerVersion(false);
    connector = new Listener(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(new Toys(handler));
    server.setRequestLog(log);
    server.start();
  }

  /** An address below it. */
  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** Its port. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Closes connections from now on when nothing moves on them for so long. */
  public void idleTimeout(Duration limit) {
    connector.setIdleTimeout(limit.toMillis());
  }

  /** The threads that are at work or idle. */
  public int busyThreads() {
    QueuedThreadPool threads = (QueuedThreadPool) server.getThreadPool();
    return threads.getThreads() - threads.getIdleThreads();
  }

  /** Tells answers without an end that it closes. */
  public void shutDown() {
    connector.endless.forEach(Runnable::run);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Standing implements Inner.Standing {
    @Override
    public Duration pulse() {
      return pulse;
    }

    @Override
    public Optional<Problem> lost() {
      return lost;
    }
  }

  private static final class Listener extends ServerConnector implements Endless {
    private final Set<Runnable> endless = ConcurrentHashMap.newKeySet();

    Listener(Server server, HttpConnectionFactory http) {
      super(server, 1, 1, http);
    }

    @Override
    public void whenClosing(Runnable action) {
      endless.add(action);
    }

    @Override
    public void forget(Runnable action) {
      endless.remove(action);
    }
  }

  private final class Toys extends Handler.Wrapper {
    Toys(Handler inner) {
      super(inner);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      String id = UUID.randomUUID().toString();
      request.setAttribute(Inner.REQUEST_ID, id);
      response.getHeaders().put("Kds-Request-Id", id);
      String token = request.getHeaders().get(HttpHeader.AUTHORIZATION);
      if (token == null || !token.startsWith("Bearer ")) {
        Problem.of(401, "token-missing", "Send a token.").send(request, response, callback);
        return true;
      }
      request.setAttribute(Inner.CALLER, caller(token.substring(7)));
      request.setAttribute(Inner.STANDING, new Standing());
      return super.handle(request, response, callback);
    }

    private static Caller caller(String scopes) {
      Session session =
          new Session(
              "0b5c8e8e-5f4f-4a57-9a0d-8e1f8d9d0a11",
              "user-1",
              "ann",
              "Ann",
              CredentialType.DYNAMIC);
      return new Caller(
          "user-1",
          Set.of(scopes.split("\\+")),
          scopes.contains("noaud") ? Set.of() : Set.of("this-server"),
          "jti-1",
          "127.0.0.1",
          session);
    }
  }
}
