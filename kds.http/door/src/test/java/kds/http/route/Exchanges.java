package kds.http.route;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** Calls without a connection, to be read only. */
public final class Exchanges {
  private Exchanges() {}

  /**
   * A call with these headers.
   *
   * @param lines {@code Name: value}, as the HTTP parser lets them through: without control
   *     characters; what is no header is passed over
   */
  public static Exchange of(List<String> lines, byte[] body) throws Refusal {
    Queue<Content.Chunk> chunks = new ArrayDeque<>();
    chunks.add(Content.Chunk.from(ByteBuffer.wrap(body), true));
    Response none =
        (Response)
            Proxy.newProxyInstance(
                Exchanges.class.getClassLoader(),
                new Class<?>[] {Response.class},
                (proxy, method, arguments) -> {
                  throw new UnsupportedOperationException(method.toString());
                });
    return new Exchange(request(lines, chunks::poll), none, null, null);
  }

  /**
   * A request with these headers.
   *
   * @param content what each call to read its body gets
   */
  static Request request(List<String> lines, Supplier<Content.@Nullable Chunk> content) {
    HttpFields.Mutable headers = HttpFields.build();
    for (String line : lines) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon);
      if (name.matches("[A-Za-z-]+") && line.chars().noneMatch(c -> c < ' ' || c == 0x7f)) {
        headers.add(name, line.substring(colon + 1).strip());
      }
    }
    HttpFields all = headers.asImmutable();
    HttpURI uri = HttpURI.from("/x");
    return (Request)
        Proxy.newProxyInstance(
            Exchanges.class.getClassLoader(),
            new Class<?>[] {Request.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "getHeaders" -> all;
                  case "getHttpURI" -> uri;
                  case "getMethod" -> "POST";
                  case "read" -> content.get();
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  /** The headers that an input of a fuzzer holds, one to a line. */
  public static List<String> lines(byte[] input) {
    return new String(input, StandardCharsets.ISO_8859_1).lines().toList();
  }
}
