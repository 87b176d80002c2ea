package kds.run.it.addon;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** An add-on as an operator might write one: tells its version, and counts what it is sent. */
public final class Echo extends HttpServlet implements BundleActivator {
  private static final long serialVersionUID = 1L;

  private String version = "";

  @Override
  public void start(BundleContext context) {
    version = context.getBundle().getVersion().toString();
    context.registerService(
        Servlet.class,
        this,
        new Hashtable<>(Map.of("osgi.http.whiteboard.servlet.pattern", "/acme/*")));
  }

  @Override
  public void stop(BundleContext context) {
    version = "stopped";
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.getWriter().print(version);
  }

  @Override
  protected void doPut(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    int length = request.getInputStream().readAllBytes().length;
    response.getWriter().print(version + " got " + length);
  }
}
