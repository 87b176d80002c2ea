package kds.http.files;

import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import kds.http.route.Percent;
import org.jspecify.annotations.Nullable;

/**
 * The Content-Disposition of a form's part (RFC 7578, section 4.2), as browsers write it: the HTML
 * standard escapes a quote, CR and LF in a name as {@code %22}, {@code %0D} and {@code %0A} and
 * nothing else, so nothing else is taken for an escape. Other clients put a backslash before a
 * quote.
 *
 * @param name the field's name
 * @param filename the file's name, null when the part is a plain field
 */
record Disposition(String name, @Nullable String filename) {
  /**
   * Reads one.
   *
   * @throws MalformedException when it is none of a form's part
   */
  static Disposition of(String value) throws MalformedException {
    int at = value.indexOf(';');
    if (at < 0 || !value.substring(0, at).strip().equalsIgnoreCase("form-data")) {
      throw new MalformedException("A part's Content-Disposition is not form-data with a name.");
    }
    Map<String, String> parameters = parameters(value, at);
    String name = parameters.get("name");
    if (name == null) {
      throw new MalformedException("A part of the form has no name.");
    }
    String extended = parameters.get("filename*");
    String filename = extended == null ? parameters.get("filename") : extended(extended);
    return new Disposition(name, filename);
  }

  private static Map<String, String> parameters(String value, int from) throws MalformedException {
    Map<String, String> parameters = new HashMap<>();
    int at = from;
    while (at < value.length()) {
      int equals = value.indexOf('=', at);
      if (value.substring(at + 1).isBlank()) {
        break;
      }
      if (value.charAt(at) != ';' || equals < 0) {
        throw new MalformedException("A part's Content-Disposition cannot be read.");
      }
      String key = value.substring(at + 1, equals).strip().toLowerCase(Locale.ROOT);
      int start = skipBlanks(value, equals + 1);
      boolean quoted = start < value.length() && value.charAt(start) == '"';
      int end = quoted ? closingQuote(value, start + 1) : token(value, start);
      String text = value.substring(quoted ? start + 1 : start, end);
      parameters.put(key, quoted ? unescaped(text) : text.strip());
      at = quoted ? skipBlanks(value, end + 1) : end;
    }
    return parameters;
  }

  /** A backslash hides a quote, unless nothing but another parameter could follow the quote. */
  private static int closingQuote(String value, int from) throws MalformedException {
    for (int at = value.indexOf('"', from); at >= 0; at = value.indexOf('"', at + 1)) {
      int next = skipBlanks(value, at + 1);
      boolean last = next == value.length() || value.charAt(next) == ';';
      if (at == from || value.charAt(at - 1) != '\\' || last) {
        return at;
      }
    }
    throw new MalformedException("A quoted name in a part's Content-Disposition does not end.");
  }

  private static int token(String value, int from) {
    int end = value.indexOf(';', from);
    return end < 0 ? value.length() : end;
  }

  private static int skipBlanks(String value, int from) {
    int at = from;
    while (at < value.length() && (value.charAt(at) == ' ' || value.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static String unescaped(String text) {
    return text.replace("\\\"", "\"")
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0d", "\r")
        .replace("%0A", "\n")
        .replace("%0a", "\n");
  }

  /** {@code UTF-8'en'na%C3%AFve} (RFC 8187). */
  private static String extended(String value) throws MalformedException {
    String[] parts = value.split("'", 3);
    if (parts.length == 3 && parts[0].equalsIgnoreCase("UTF-8")) {
      try {
        return Percent.decode(parts[2]);
      } catch (CharacterCodingException ignored) {
        // Said below
      }
    }
    throw new MalformedException("A part's filename* is not UTF-8''<percent-encoded>.");
  }
}
