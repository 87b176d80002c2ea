package kds.http.problem;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import tools.jackson.databind.json.JsonMapper;

/**
 * An error as {@code application/problem+json} (RFC 9457). Immutable.
 *
 * @param status the HTTP status
 * @param word what kind of problem it is, for programs; stable, part of the {@code type} URN
 * @param detail what happened and what to do, for people; no secret, no stack trace
 * @param headers further response headers, as {@code Retry-After}
 * @param members further members of the JSON object
 */
public record Problem(
    int status,
    String word,
    String detail,
    Map<String, String> headers,
    Map<String, Object> members) {
  /** What every {@code type} begins with. */
  public static final String TYPE_PREFIX = "urn:kds:problem:";

  /** The word of a token that is genuine and was taken back, as when its session ended. */
  public static final String REVOKED = "token-revoked";

  private static final JsonMapper JSON = new JsonMapper();

  /** Takes copies of the maps. */
  public Problem {
    headers = Map.copyOf(headers);
    members = Map.copyOf(members);
  }

  /** A problem without further headers or members. */
  public static Problem of(int status, String word, String detail) {
    return new Problem(status, word, detail, Map.of(), Map.of());
  }

  /** The same with one more response header. */
  public Problem header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Problem(status, word, detail, more, members);
  }

  /** The same with one more member in the JSON object. */
  public Problem member(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(members);
    more.put(name, value);
    return new Problem(status, word, detail, headers, more);
  }

  /** Sends it as the whole response; HEAD gets no body. */
  public void send(Request request, Response response, Callback callback) {
    response.reset();
    response.setStatus(status);
    headers.forEach((name, value) -> response.getHeaders().put(name, value));
    byte[] body = JSON.writeValueAsBytes(json());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/problem+json");
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    boolean bodiless = "HEAD".equals(request.getMethod());
    response.write(true, bodiless ? ByteBuffer.allocate(0) : ByteBuffer.wrap(body), callback);
  }

  /** Its members, as the JSON object has them. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", TYPE_PREFIX + word);
    json.put("title", HttpStatus.getMessage(status));
    json.put("status", status);
    json.put("detail", detail);
    json.putAll(members);
    return json;
  }
}
