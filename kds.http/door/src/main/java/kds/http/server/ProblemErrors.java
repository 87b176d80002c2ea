package kds.http.server;

import java.io.IOException;
import kds.http.problem.Problem;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jetty's own refusals, and the failures of handlers, as problems: no page, no stack trace. */
final class ProblemErrors extends ErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemErrors.class);

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus() < 400 ? 500 : response.getStatus();
    if (request.getAttribute(ERROR_EXCEPTION) instanceof Throwable failure && status >= 500) {
      report(request, failure);
    }
    Problem problem = problem(status);
    if (request.getAttribute(Inner.REQUEST_ID) instanceof String id) {
      problem = problem.header(Entrance.ID_HEADER, id).member("request", id);
    }
    problem.header("X-Content-Type-Options", "nosniff").send(request, response, callback);
    return true;
  }

  private static void report(Request request, Throwable failure) {
    if (failure instanceof IOException || failure instanceof HttpException) {
      LOG.debug("{} ended", request.getMethod(), failure);
    } else {
      LOG.error("{} {} failed", request.getMethod(), Request.getPathInContext(request), failure);
    }
  }

  private static Problem problem(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "not-found", "There is nothing here.");
      case 405 -> Problem.of(405, "method-not-allowed", "The method is not served here.");
      case 408 -> Problem.of(408, "timeout", "The request did not arrive in time. Send it again.");
      case 413 -> Problem.of(413, "content-too-large", "The content is larger than is taken.");
      case 414 ->
          Problem.of(414, "uri-too-long", "The address is longer than is taken. Shorten it.");
      case 431 ->
          Problem.of(
              431,
              "headers-too-large",
              "The headers are larger than is taken (32 KiB in all). Send fewer or shorter ones.");
      case 503 ->
          Problem.of(503, "unavailable", "The service cannot serve this now. Try again.")
              .header("Retry-After", "5");
      case 505 -> Problem.of(505, "http-version", "The service speaks HTTP/1.1.");
      default ->
          status < 500
              ? Problem.of(
                  status,
                  "bad-request",
                  "The request is not well-formed HTTP, or its address is ambiguous: encode it"
                      + " properly and leave out empty and dot segments.")
              : Problem.of(
                  status,
                  "internal",
                  "The service failed. Its log says why, under the id of this request.");
    };
  }
}
