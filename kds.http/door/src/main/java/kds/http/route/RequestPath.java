package kds.http.route;

import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A path, decoded once and strictly. Whoever holds one knows: no name in it is empty, {@code .},
 * {@code ..}, or holds a slash or a NUL. Backslash, semicolon and everything else are letters like
 * others.
 *
 * @param names its parts
 * @param slashed whether it ended in a slash
 */
public record RequestPath(List<String> names, boolean slashed) {
  /** Takes a copy of the list. */
  public RequestPath {
    names = List.copyOf(names);
  }

  /**
   * Reads the path of a request as it was sent.
   *
   * @throws Refusal 400 {@code unsafe-path}
   */
  public static RequestPath ofRequest(String encoded) throws Refusal {
    if (!encoded.startsWith("/")) {
      throw unsafe("The path does not begin with a slash.");
    }
    return of(encoded.substring(1), true);
  }

  /**
   * Reads a relative path that is plain text already, as the name in a form.
   *
   * @throws Refusal 400 {@code unsafe-path}
   */
  public static RequestPath ofText(String text) throws Refusal {
    return of(text, false);
  }

  private static RequestPath of(String path, boolean encoded) throws Refusal {
    if (path.isEmpty()) {
      return new RequestPath(List.of(), true);
    }
    boolean slashed = path.endsWith("/");
    String[] parts = (slashed ? path.substring(0, path.length() - 1) : path).split("/", -1);
    List<String> names = new ArrayList<>(parts.length);
    for (String part : parts) {
      names.add(checked(encoded ? decoded(part) : part));
    }
    return new RequestPath(names, slashed);
  }

  private static String decoded(String part) throws Refusal {
    try {
      return Percent.decode(part);
    } catch (CharacterCodingException e) {
      throw unsafe(
          "A part of the path is not percent-encoded UTF-8. Encode each name by itself, as"
              + " encodeURIComponent does.");
    }
  }

  private static String checked(String name) throws Refusal {
    if (name.isEmpty()) {
      throw unsafe("The path has an empty part. Use single slashes.");
    }
    if (name.equals(".") || name.equals("..")) {
      throw unsafe("The path has '" + name + "' as a part. Give the whole path instead.");
    }
    if (name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw unsafe("A name in the path holds a slash or a NUL. No file can be named so.");
    }
    return name;
  }

  static Refusal unsafe(String detail) {
    return Refusal.of(400, "unsafe-path", detail);
  }

  /** The parts from the given one on, joined by slashes. */
  public String from(int part) {
    return String.join("/", names.subList(part, names.size()));
  }

  /** A relative path as it is written in a URL. */
  public static String encode(String path) {
    return List.of(path.split("/", -1)).stream()
        .map(Percent::encode)
        .collect(Collectors.joining("/"));
  }
}
