package kds.http.server;

import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.RequestLog;

/**
 * What the door leads to: a service that the router provides inside this bundle.
 *
 * <p>A request that reaches {@link #handler} carries the attributes {@code kds.api.security.Caller}
 * (see {@link #CALLER}) and {@link #REQUEST_ID}; its response already has the request id and the
 * security headers; its URI no longer has the {@code token} parameter. It runs on a virtual thread
 * and may block.
 */
public interface Inner {
  /** Request attribute: the verified {@link kds.api.security.Caller}. */
  String CALLER = "kds.api.security.Caller";

  /** Request attribute: the request's id (String). */
  String REQUEST_ID = "kds.http.request";

  /** Request attribute: the peer's address (String), or the one a configured proxy forwarded. */
  String ADDRESS = "kds.http.address";

  /** Handles authenticated requests; starts and stops with the server. */
  Handler handler();

  /**
   * Is told of every request when it has ended, refused ones too. Those that Jetty itself refused
   * as malformed have no attributes. Never sees a token in the URI.
   */
  RequestLog accessLog();
}
