package kds.http.log;

import java.util.regex.Pattern;

/** Makes what callers wrote fit for a log line. */
final class Safe {
  /** The request parameter that may carry a token; the door strips it already. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?i)([?&](?:t|%[57]4)(?:o|%[46]f)(?:k|%[46]b)(?:e|%[46]5)(?:n|%[46]e)=)[^&\"]*");

  private Safe() {}

  /** In quotes, on one line, without a token. */
  static String quoted(String text) {
    if (isPlain(text)) {
      return '"' + text + '"';
    }
    StringBuilder safe = new StringBuilder(text.length() + 2).append('"');
    TOKEN
        .matcher(text)
        .replaceAll("$1...")
        .codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                safe.append('\\').append((char) c);
              } else if (Character.isISOControl(c) || separates(c)) {
                safe.append(String.format("\\u%04x", c));
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.append('"').toString();
  }

  /** As nearly all are: nothing to write otherwise, and no parameters. */
  private static boolean isPlain(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\' || c == '?' || c == '&') {
        return false;
      }
    }
    return true;
  }

  /** Line and paragraph separators, and what turns the direction of writing. */
  private static boolean separates(int c) {
    return c >= 0x2028 && c <= 0x202E || c >= 0x2066 && c <= 0x2069;
  }
}
