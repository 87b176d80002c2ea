package kds.http.server;

import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import kds.http.problem.Problem;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.MDC;

/**
 * The first handler: gives each request its id, takes it out of the header deadline's sight, stamps
 * the response with what every answer carries, and refuses methods that the service has no use for.
 */
final class Entrance extends Handler.Wrapper {
  /** Response header with the request's id; every log line about the request has it too. */
  static final String ID_HEADER = "Kds-Request-Id";

  private static final String MDC_REQUEST = "request";
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  Entrance(Handler next) {
    super(next);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    HeaderDeadline.arrived(request);
    String id = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
    request.setAttribute(Inner.REQUEST_ID, id);
    Response stamped = new Stamped(request, response, id);
    try (MDC.MDCCloseable _ = MDC.putCloseable(MDC_REQUEST, id)) {
      if (!METHODS.contains(request.getMethod())) {
        Problem.of(
                405,
                "method-not-allowed",
                "The method is not served here. Use one of GET, HEAD, POST, PUT, PATCH, DELETE,"
                    + " OPTIONS.")
            .header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
            .send(request, stamped, callback);
        return true;
      }
      return super.handle(request, stamped, callback);
    }
  }

  /**
   * What every answer carries unless a handler says otherwise: nothing may guess its type, keep it,
   * or tell its address (which may hold a token) to other sites.
   */
  static void stamp(HttpFields.Mutable headers, String id) {
    headers.put(ID_HEADER, id);
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    headers.put("Referrer-Policy", "no-referrer");
  }

  /** Keeps the stamp when a handler starts its response over. */
  private static final class Stamped extends Response.Wrapper {
    private final String id;

    Stamped(Request request, Response response, String id) {
      super(request, response);
      this.id = id;
      stamp(response.getHeaders(), id);
    }

    @Override
    public void reset() {
      super.reset();
      stamp(getHeaders(), id);
    }
  }
}
