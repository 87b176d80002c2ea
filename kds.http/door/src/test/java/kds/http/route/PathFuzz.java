package kds.http.route;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** No path that is let through climbs, and each survives being written into a URL. */
public final class PathFuzz {
  private PathFuzz() {}

  /** The input is a request's path, and a name in a form. */
  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    try {
      check(RequestPath.ofText(text), text);
    } catch (Refusal e) {
      // Refused.
    }
    RequestPath path;
    try {
      path = RequestPath.ofRequest("/" + text);
    } catch (Refusal e) {
      return;
    }
    check(path, text);
    String again = "/" + RequestPath.encode(path.from(0)) + (path.slashed() ? "/" : "");
    try {
      if (!path.names().isEmpty() && !RequestPath.ofRequest(again).names().equals(path.names())) {
        throw new AssertionError(text + " comes back as " + again);
      }
    } catch (Refusal e) {
      throw new AssertionError(text + " is refused as " + again, e);
    }
  }

  private static void check(RequestPath path, String text) {
    List<String> names = path.names();
    for (String name : names) {
      if (name.isEmpty() || name.equals(".") || name.equals("..")) {
        throw new AssertionError(names + " out of " + text);
      }
      if (name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
        throw new AssertionError(names + " out of " + text);
      }
    }
  }
}
