package kds.http.whiteboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.capability.Calls;
import kds.api.security.Caller;
import org.apache.felix.framework.FrameworkFactory;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** Felix's whiteboard in a real framework, behind a real Jetty that never restarts. */
abstract class AddOnsFixture {
  @TempDir Path cache;
  private Framework framework;
  BundleContext context;
  private Server server;
  private ServerConnector connector;
  final AtomicReference<Handler> addOns = new AtomicReference<>();
  final AtomicInteger underWay = new AtomicInteger();
  volatile boolean taken = true;
  private final Calls calls = this::begin;
  final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws Exception {
    framework =
        new FrameworkFactory()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    cache.toString(),
                    Constants.FRAMEWORK_BUNDLE_PARENT,
                    Constants.FRAMEWORK_BUNDLE_PARENT_APP));
    framework.start();
    context = framework.getBundleContext();
    server = new Server();
    connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector
        .getConnectionFactory(HttpConnectionFactory.class)
        .getHttpConfiguration()
        .setUriCompliance(UriCompliance.UNSAFE);
    server.addConnector(connector);
    server.setHandler(new Front());
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    client.shutdownNow();
    server.stop();
    framework.stop();
    framework.waitForStop(10_000);
  }

  /** What the router does: sets the caller, asks whoever is there, and answers 404 for none. */
  private final class Front extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      request.setAttribute(
          Caller.class.getName(),
          new Caller("ann", Set.of("acme:scan"), Set.of(), "jti", "127.0.0.1", null));
      Handler handler = addOns.get();
      return handler != null && handler.handle(request, response, callback);
    }
  }

  /** Counts, as the kernel does, the calls of the one bundle that is not the framework itself. */
  private Optional<Runnable> begin(long bundle) {
    if (bundle == 0 || !taken) {
      return taken ? Optional.of(() -> {}) : Optional.empty();
    }
    underWay.incrementAndGet();
    return Optional.of(underWay::decrementAndGet);
  }

  AddOns activated() throws Exception {
    AddOns component = new AddOns(context, calls);
    component.start();
    var found = context.getServiceReferences(Handler.class, "(" + AddOns.PROPERTY + "=addons)");
    assertThat(found).hasSize(1);
    addOns.set(context.getService(found.iterator().next()));
    return component;
  }

  <T> ServiceRegistration<T> add(Class<T> type, T service, String key, String value) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(key, value);
    return context.registerService(type, service, properties);
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort() + path);
  }
}
