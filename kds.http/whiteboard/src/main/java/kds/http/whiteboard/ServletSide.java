package kds.http.whiteboard;

import jakarta.servlet.Servlet;
import java.util.Hashtable;
import java.util.concurrent.Phaser;
import org.apache.felix.http.base.internal.HttpServiceController;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Felix's Servlet Whiteboard in a Jetty servlet context.
 *
 * <p>The context belongs to a Jetty server of its own that has neither connector nor threads: a
 * context serves nothing unless its server runs. Requests bring the door's threads, buffers and
 * scheduler with them. So the context starts and stops when its bundle does, while the door's
 * server runs on.
 */
final class ServletSide {
  private static final Logger LOG = LoggerFactory.getLogger(ServletSide.class);

  private final HttpServiceController whiteboard;
  private final ServletContextHandler servlets;
  private final Server server;

  /** One party for each request, and one for us until we leave. */
  private final Phaser parties =
      new Phaser(1) {
        @Override
        protected boolean onAdvance(int phase, int left) {
          if (left == 0) {
            stopServer();
          }
          return left == 0;
        }
      };

  ServletSide(BundleContext context) {
    whiteboard = new HttpServiceController(context);
    whiteboard.getEventDispatcher().setActive(true);
    servlets = new ServletContextHandler("/", ServletContextHandler.NO_SESSIONS);
    servlets.setErrorHandler(new ProblemPages());
    // The router has refused every path that could be read in two ways; what is left is plain.
    servlets.getServletHandler().setDecodeAmbiguousURIs(true);
    Servlet dispatcher = whiteboard.createDispatcherServlet();
    ServletHolder holder = new ServletHolder(dispatcher);
    holder.setAsyncSupported(true);
    servlets.addServlet(holder, "/*");
    server = new Server(new NoThreads());
    server.setStopAtShutdown(false);
    server.setHandler(new Counted());
  }

  Handler handler() {
    return server.getHandler();
  }

  void start() throws Exception {
    server.start();
    whiteboard.register(servlets.getServletContext(), new Hashtable<>());
  }

  /**
   * Takes the servlets away, and waits for nobody: requests under way bring themselves to an end,
   * which they could not on a stopped server; the last one stops it.
   */
  void leave() {
    whiteboard.unregister();
    parties.arriveAndDeregister();
  }

  private void stopServer() {
    try {
      server.stop();
    } catch (Exception e) {
      LOG.warn("The servlet context of the add-ons did not stop cleanly", e);
    }
  }

  /** Counts the requests that are under way. */
  private final class Counted extends Handler.Wrapper {
    Counted() {
      super(servlets);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (parties.register() < 0) {
        return false;
      }
      Request.addCompletionListener(request, ended -> parties.arriveAndDeregister());
      CountedCalls.mark(request);
      return super.handle(request, response, callback);
    }
  }
}
