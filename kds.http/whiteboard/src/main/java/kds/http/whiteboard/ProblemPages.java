package kds.http.whiteboard;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.ee11.servlet.ErrorHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Errors of the servlet side as problems (RFC 9457), like the door's: a path that no servlet took
 * looks like any other unknown path, and no page shows what failed inside.
 */
final class ProblemPages extends ErrorHandler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus() < 400 ? 500 : response.getStatus();
    byte[] body = problem(status).getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    boolean bodiless = "HEAD".equals(request.getMethod());
    response.write(true, bodiless ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body), callback);
    return true;
  }

  /** Made of constants alone, so it needs no escaping. */
  private static String problem(int status) {
    String word =
        switch (status) {
          case 404 -> "not-found";
          case 503 -> "absent";
          default -> status < 500 ? "refused" : "failed";
        };
    String detail =
        switch (word) {
          case "not-found" ->
              "There is nothing at this path. GET /openapi.json lists all calls; add-ons have"
                  + " theirs.";
          case "absent" ->
              "The add-on at this path is being replaced or cannot serve now. Try again.";
          case "refused" -> "The add-on at this path refused the request.";
          default -> "The add-on at this path failed. The service's log tells why.";
        };
    return """
    {"type":"urn:kds:problem:%s","title":"%s","status":%d,"detail":"%s"}"""
        .formatted(word, HttpStatus.getMessage(status), status, detail);
  }
}
