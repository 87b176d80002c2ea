package kds.http.whiteboard;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Optional;
import kds.api.capability.Calls;
import org.eclipse.jetty.server.Request;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.servlet.whiteboard.HttpWhiteboardConstants;

/**
 * The first of all filters: counts a request as a call of the bundle whose servlet gets it, until
 * the request has completed, so that the bundle is not taken away under it. Only here that bundle
 * is known: the whiteboard has chosen the servlet, whose context belongs to its bundle.
 */
final class CountedCalls implements Filter {
  private static final String REQUEST = CountedCalls.class.getName();

  private final Calls calls;

  CountedCalls(Calls calls) {
    this.calls = calls;
  }

  /** For every servlet of every context. */
  static Dictionary<String, Object> properties() {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_FILTER_PATTERN, "/*");
    properties.put(HttpWhiteboardConstants.HTTP_WHITEBOARD_FILTER_ASYNC_SUPPORTED, true);
    properties.put(
        HttpWhiteboardConstants.HTTP_WHITEBOARD_CONTEXT_SELECT,
        "(" + HttpWhiteboardConstants.HTTP_WHITEBOARD_CONTEXT_NAME + "=*)");
    properties.put(Constants.SERVICE_RANKING, Integer.MAX_VALUE);
    return properties;
  }

  /** Leaves the door's request where the filter finds it. */
  static void mark(Request request) {
    request.setAttribute(REQUEST, request);
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Optional<Bundle> bundle = FrameworkUtil.getBundle(request.getServletContext().getClassLoader());
    if (bundle.isPresent() && request.getAttribute(REQUEST) instanceof Request whole) {
      Optional<Runnable> end = calls.begin(bundle.get().getBundleId());
      if (end.isEmpty()) {
        HttpServletResponse answer = (HttpServletResponse) response;
        answer.setHeader("Retry-After", "1");
        answer.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        return;
      }
      Request.addCompletionListener(whole, ignored -> end.get().run());
    }
    chain.doFilter(request, response);
  }
}
