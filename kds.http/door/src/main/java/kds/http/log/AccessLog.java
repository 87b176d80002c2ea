package kds.http.log;

import java.util.concurrent.TimeUnit;
import kds.api.security.Caller;
import kds.http.server.Inner;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One line for each request, refused ones too, to the logger {@code kds.http.access}: peer, method,
 * path, status, bytes in and out, milliseconds, token subject. Request and session id go with the
 * line as MDC.
 *
 * <p>Never a token, and nothing that a caller wrote can begin a new line or forge a field.
 */
public final class AccessLog implements RequestLog {
  /** The logger's name. */
  public static final String LOGGER = "kds.http.access";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

  @Override
  public void log(Request request, Response response) {
    Caller caller = request.getAttribute(Inner.CALLER) instanceof Caller known ? known : null;
    String session = caller == null || caller.session() == null ? null : caller.session().kasmId();
    try (var _ = MDC.putCloseable("request", text(request.getAttribute(Inner.REQUEST_ID)));
        var _ = MDC.putCloseable("session", text(session))) {
      write(request, response, caller);
    }
  }

  private static void write(Request request, Response response, @Nullable Caller caller) {
    int status = response.getStatus();
    String path = request.getHttpURI().getPath();
    if (expected(status, path) && !LOG.isDebugEnabled()) {
      return;
    }
    String line =
        String.join(
            " ",
            peer(request),
            Safe.quoted(request.getMethod() + ' ' + request.getHttpURI().getPathQuery()),
            Integer.toString(status),
            "in=" + Request.getContentBytesRead(request),
            "out=" + Response.getContentBytesWritten(response),
            "ms=" + TimeUnit.NANOSECONDS.toMillis(NanoTime.since(request.getHeadersNanoTime())),
            "sub=" + (caller == null ? "-" : Safe.quoted(caller.subject())));
    if (expected(status, path)) {
      LOG.debug(line);
    } else {
      LOG.info(line);
    }
  }

  /** A dashboard asks for screenshots all the time, and mostly there is no display. */
  private static boolean expected(int status, @Nullable String path) {
    return status == 404 && "/screenshot".equals(path);
  }

  /** Requests that Jetty itself refused never came to where the address is looked up. */
  private static String peer(Request request) {
    Object address = request.getAttribute(Inner.ADDRESS);
    return address == null ? Request.getRemoteAddr(request) : address.toString();
  }

  private static String text(@Nullable Object value) {
    return value == null ? "-" : value.toString();
  }
}
