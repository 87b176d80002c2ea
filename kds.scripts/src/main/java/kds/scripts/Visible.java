package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Text of bytes that anybody may have written: invalid UTF-8 replaced, controls made visible. */
final class Visible {
  private static final HexFormat HEX = HexFormat.of();

  private Visible() {}

  /** Makes a text of a line. */
  static String line(byte[] bytes, int from, int length) {
    for (int at = from; at < from + length; at++) {
      // Not plain ASCII: a byte of UTF-8 is negative here.
      if (bytes[at] < ' ' && bytes[at] != '\t' || bytes[at] == 0x7f) {
        return shown(new String(bytes, from, length, StandardCharsets.UTF_8), false);
      }
    }
    return new String(bytes, from, length, StandardCharsets.US_ASCII);
  }

  /** Makes a text of several lines. */
  static String lines(byte[] bytes) {
    return shown(new String(bytes, StandardCharsets.UTF_8), true);
  }

  private static String shown(String text, boolean lines) {
    StringBuilder shown = new StringBuilder(text.length() + 16);
    for (int at = 0; at < text.length(); at++) {
      char each = text.charAt(at);
      if (each == '\t' || lines && each == '\n' || !isControl(each)) {
        shown.append(each);
      } else if (each < 0x100) {
        HEX.toHexDigits(shown.append("\\x"), (byte) each);
      } else {
        shown.append("\\u").append(HEX.toHexDigits(each));
      }
    }
    return shown.toString();
  }

  /** Also what turns the direction of writing, or ends a line for some readers. */
  private static boolean isControl(char each) {
    return Character.isISOControl(each)
        || each >= '\u2028' && each <= '\u202e'
        || each >= '\u2066' && each <= '\u2069';
  }
}
