package kds.http.route;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path. Immutable. */
final class RouteMap {
  private final Map<List<String>, Map<String, Route>> exact = new LinkedHashMap<>();
  private final Map<List<String>, Map<String, Route>> open = new LinkedHashMap<>();
  private final Map<List<String>, Map<String, Route>> folders = new LinkedHashMap<>();
  private final Map<List<String>, Map<String, Route>> slashed = new LinkedHashMap<>();
  private final Map<List<String>, Map<String, Route>> patterns = new LinkedHashMap<>();

  /**
   * What is at a path.
   *
   * @param methods the routes there, by method
   * @param rest what of the path belongs to the call, null when the path is a plain one
   */
  record Place(Map<String, Route> methods, @Nullable String rest) {
    /** The route for a method, null when it is not allowed. */
    @Nullable Route route(String method) {
      Route route = methods.get(method);
      return route == null && method.equals("HEAD") ? methods.get("GET") : route;
    }

    /** The methods that are allowed, as the Allow header lists them. */
    String allow() {
      TreeSet<String> allowed = new TreeSet<>(methods.keySet());
      allowed.add("OPTIONS");
      if (allowed.contains("GET")) {
        allowed.add("HEAD");
      }
      return String.join(", ", allowed);
    }
  }

  RouteMap(List<Route> routes) {
    for (Route route : routes) {
      List<String> names = List.of(route.path().substring(1).split("/"));
      boolean takesRest = names.getLast().equals(Route.REST);
      List<String> key = takesRest ? names.subList(0, names.size() - 1) : names;
      boolean folder = takesRest && route.path().endsWith("/");
      Route other =
          (folder
                  ? folders
                  : takesRest
                      ? open
                      : key.stream().anyMatch(RouteMap::isVariable)
                          ? patterns
                          : route.path().endsWith("/") ? slashed : exact)
              .computeIfAbsent(key, k -> new LinkedHashMap<>())
              .put(route.method(), route);
      if (other != null) {
        throw new IllegalArgumentException("Two routes for " + route.method() + " " + route.path());
      }
    }
  }

  /**
   * Finds what is at a path, null when nothing is.
   *
   * @throws Refusal 400 {@code unsafe-path} when the path should name a file and does not: it ends
   *     in a slash, and for this method no route for folders is there
   */
  @Nullable Place find(RequestPath path, String method) throws Refusal {
    Map<String, Route> methods = (path.slashed() ? slashed : exact).get(path.names());
    if (methods != null) {
      return new Place(methods, null);
    }
    for (Map.Entry<List<String>, Map<String, Route>> pattern : patterns.entrySet()) {
      String value = path.slashed() ? null : value(pattern.getKey(), path.names());
      if (value != null) {
        return new Place(pattern.getValue(), value);
      }
    }
    int size = path.names().size();
    for (int length = 1; length <= size; length++) {
      List<String> key = path.names().subList(0, length);
      methods = open.get(key);
      Place folder = path.slashed() ? folder(path, key) : null;
      if (folder != null && (folder.route(method) != null || methods == null)) {
        return folder;
      }
      if (methods != null && (length < size || path.slashed())) {
        return new Place(methods, rest(path, length));
      }
    }
    return null;
  }

  private @Nullable Place folder(RequestPath path, List<String> key) {
    Map<String, Route> methods = folders.get(key);
    return methods == null ? null : new Place(methods, path.from(key.size()));
  }

  private static boolean isVariable(String name) {
    return name.startsWith("{");
  }

  /** What stands for the pattern's variable, null when the path is another one. */
  private static @Nullable String value(List<String> pattern, List<String> names) {
    if (pattern.size() != names.size()) {
      return null;
    }
    String value = null;
    for (int i = 0; i < names.size(); i++) {
      if (isVariable(pattern.get(i))) {
        value = names.get(i);
      } else if (!pattern.get(i).equals(names.get(i))) {
        return null;
      }
    }
    return value;
  }

  private static String rest(RequestPath path, int from) throws Refusal {
    if (path.slashed()) {
      throw RequestPath.unsafe(
          "The path ends in a slash, so it names no file. Name a file; a folder is listed with"
              + " GET /api/downloads?path=...");
    }
    return path.from(from);
  }
}
