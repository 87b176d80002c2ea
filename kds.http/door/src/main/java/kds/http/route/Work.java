package kds.http.route;

import kds.api.security.Caller;
import kds.http.server.Inner;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Runs a request's work on a virtual thread whose log lines carry the request's ids. The thread on
 * which a request arrives carries them already.
 */
final class Work {
  private Work() {}

  /** Runs it here if this is a virtual thread, else on a new one. */
  static void run(Request request, Runnable work) {
    if (Thread.currentThread().isVirtual()) {
      work.run();
    } else {
      start(request, work);
    }
  }

  /** Runs it on a new virtual thread: the present one is not ours to hold. */
  static void start(Request request, Runnable work) {
    Object id = request.getAttribute(Inner.REQUEST_ID);
    Thread.ofVirtual()
        .name("kds-call-" + (id == null ? "" : id))
        .inheritInheritableThreadLocals(false)
        .start(
            () -> {
              mark(request);
              work.run();
            });
  }

  private static void mark(Request request) {
    mark("request", request.getAttribute(Inner.REQUEST_ID));
    if (request.getAttribute(Inner.CALLER) instanceof Caller caller && caller.session() != null) {
      mark("session", caller.session().kasmId());
    }
  }

  private static void mark(String key, @Nullable Object value) {
    if (value != null) {
      MDC.put(key, value.toString());
    }
  }
}
