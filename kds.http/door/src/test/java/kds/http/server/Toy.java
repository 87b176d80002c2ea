package kds.http.server;

import java.util.concurrent.CountDownLatch;
import kds.api.security.Caller;
import kds.http.access.Access;
import kds.http.access.Requirement;
import kds.http.problem.Problem;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Stands where the router will: tells what reached it. */
final class Toy extends Handler.Abstract {
  final CountDownLatch entered = new CountDownLatch(1);
  final CountDownLatch release = new CountDownLatch(1);

  /** Of the last request that brought a token. */
  volatile Inner.@Nullable Standing standing;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Caller caller = (Caller) request.getAttribute(Caller.class.getName());
    standing = (Inner.Standing) request.getAttribute(Inner.STANDING);
    String path = request.getHttpURI().getPath();
    if (request.getAttribute(Inner.KEY_GUARD) instanceof Inner.KeyGuard guard
        && path.contains("wrong")) {
      guard
          .unknown()
          .orElse(Problem.of(404, "not-found", "There is no such upload."))
          .send(request, response, callback);
      return true;
    }
    if (path.startsWith("/need/")) {
      Requirement need = Requirement.of(path.substring("/need/".length()));
      var refusal = Access.check(caller, need);
      if (refusal.isPresent()) {
        refusal.get().send(request, response, callback);
        return true;
      }
    }
    if (path.equals("/fail")) {
      throw new IllegalStateException("a secret detail");
    }
    if (path.equals("/redirect")) {
      Response.sendRedirect(request, response, callback, request.getHttpURI() + "/x");
      return true;
    }
    if (path.equals("/hold")) {
      entered.countDown();
      release.await();
    }
    if (path.equals("/endless")) {
      CountDownLatch closing = new CountDownLatch(1);
      Endless listener = (Endless) request.getConnectionMetaData().getConnector();
      listener.whenClosing(closing::countDown);
      entered.countDown();
      closing.await();
    }
    long length = 0;
    if (path.equals("/count")) {
      try (var in = Content.Source.asInputStream(request)) {
        byte[] buffer = new byte[8192];
        for (int n; (n = in.read(buffer)) > 0; ) {
          length += n;
        }
      }
    }
    String text =
        "%s uri=%s headers=%s length=%d virtual=%s secure=%s"
            .formatted(
                caller,
                request.getHttpURI(),
                request.getHeaders().asString().replace("\r\n", "|"),
                length,
                Thread.currentThread().isVirtual(),
                request.isSecure());
    Content.Sink.write(response, true, text, callback);
    return true;
  }
}
