package kds.http.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpURI;
import org.jspecify.annotations.Nullable;

/**
 * The documented request parameter {@code token}, taken out of a URI: nobody after the door sees
 * it, no log, no redirect.
 *
 * @param uri the URI without it
 * @param tokens the values it had, decoded; usually none or one
 */
record TokenInUri(HttpURI uri, List<String> tokens) {
  private static final String NAME = "token";

  /** Takes it out. Its name is recognised however it is encoded and in whatever case. */
  static TokenInUri of(HttpURI uri) {
    String query = uri.getQuery();
    if (query == null) {
      return new TokenInUri(uri, List.of());
    }
    List<String> tokens = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (NAME.equalsIgnoreCase(decoded(name))) {
        String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
        tokens.add(value == null ? "" : value);
      } else {
        others.add(pair);
      }
    }
    if (tokens.isEmpty()) {
      return new TokenInUri(uri, List.of());
    }
    String rest = others.isEmpty() ? null : String.join("&", others);
    return new TokenInUri(HttpURI.build(uri).query(rest).asImmutable(), tokens);
  }

  private static @Nullable String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
