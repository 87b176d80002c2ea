package kds.http.server;

import java.time.Duration;
import java.util.Optional;
import kds.api.security.Caller;
import kds.http.problem.Problem;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.RequestLog;

/**
 * What the door leads to: a service that the router provides inside this bundle.
 *
 * <p>A request that reaches {@link #handler} carries the attributes {@code kds.api.security.Caller}
 * (see {@link #CALLER}), {@link #STANDING} and {@link #REQUEST_ID}; its response already has the
 * request id and the security headers; its URI no longer has the {@code token} parameter. It runs
 * on a virtual thread and may block.
 */
public interface Inner {
  /** Request attribute: the verified {@link kds.api.security.Caller}. */
  String CALLER = "kds.api.security.Caller";

  /** Request attribute, beside {@link #CALLER}: the {@link Standing} of who asks. */
  String STANDING = "kds.http.standing";

  /** Request attribute: the request's id (String). */
  String REQUEST_ID = "kds.http.request";

  /** Request attribute: the peer's address (String), or the one a configured proxy forwarded. */
  String ADDRESS = "kds.http.address";

  /**
   * Request attribute, instead of {@link #CALLER}, of a request that brings an upload's key: the
   * {@link KeyGuard} that whoever looks the key up must ask.
   */
  String KEY_GUARD = "kds.http.key";

  /** What becomes of a request that came with an upload's key instead of a token. */
  interface KeyGuard {
    /**
     * The key is none. That counts as a bad token.
     *
     * @return the answer to an address that sent too many; empty to answer 404
     */
    Optional<Problem> unknown();

    /** Why the key's owner may come no more, as when his session has ended. */
    Optional<String> refuses(Caller caller);
  }

  /** Whether who was let in once may still be served. Any thread. */
  interface Standing {
    /** No answer may go on for longer without asking {@link #lost}. */
    Duration pulse();

    /**
     * Looks at the token again, by the keys, the rules, the vetoes and the clock of now. That costs
     * little: whoever sends an answer that has no end of its own asks before each piece of it.
     *
     * @return what a call would be answered with now; empty as long as the caller is the same
     */
    Optional<Problem> lost();
  }

  /** Handles authenticated requests; starts and stops with the server. */
  Handler handler();

  /**
   * Handles the same calls over files that exist nowhere, for {@link WarmUp}: nothing of it is on a
   * disk, in a log or in an audit record. Starts and stops with the server it is given to.
   */
  Handler rehearsal();

  /** Whether {@link #handler} has requests to answer now. */
  boolean busy();

  /**
   * Is told of every request when it has ended, refused ones too. Those that Jetty itself refused
   * as malformed have no attributes. Never sees a token in the URI.
   */
  RequestLog accessLog();
}
