package kds.http.server;

import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.RequestLog;

/**
 * Leads to a handler.
 *
 * @param handler what serves
 * @param seen gets a line for each request that has ended
 */
record ToyInner(Handler handler, List<String> seen) implements Inner {
  @Override
  public Handler rehearsal() {
    return handler;
  }

  @Override
  public boolean busy() {
    return false;
  }

  @Override
  public RequestLog accessLog() {
    return (request, response) ->
        seen.add(request.getMethod() + ' ' + request.getHttpURI() + ' ' + request.getHeaders());
  }
}
