package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Text of bytes that anybody may have written: invalid UTF-8 replaced, controls made visible. */
final class Visible {
  /** How each character below U+0100 is shown. */
  private static final String[] CONTROLS = new String[0x100];

  static {
    for (int each = 0; each < CONTROLS.length; each++) {
      CONTROLS[each] = "\\x" + HexFormat.of().toHexDigits((byte) each);
    }
  }

  private Visible() {}

  /** Makes a text of a line. */
  static String line(byte[] bytes, int from, int length) {
    if (Scan.invisible(bytes, from, from + length) == from + length) {
      return new String(bytes, from, length, StandardCharsets.US_ASCII);
    }
    return shown(new String(bytes, from, length, StandardCharsets.UTF_8), false);
  }

  /** Makes a text of several lines. */
  static String lines(byte[] bytes) {
    return shown(new String(bytes, StandardCharsets.UTF_8), true);
  }

  private static String shown(String text, boolean lines) {
    StringBuilder shown = new StringBuilder(text.length() + 16);
    int clean = 0;
    for (int at = 0; at < text.length(); at++) {
      char each = text.charAt(at);
      if (each >= ' ' && each < 0x7f || each == '\t' || lines && each == '\n' || !isControl(each)) {
        continue;
      }
      shown.append(text, clean, at);
      if (each < 0x100) {
        shown.append(CONTROLS[each]);
      } else {
        shown.append("\\u").append(HexFormat.of().toHexDigits(each));
      }
      clean = at + 1;
    }
    return shown.append(text, clean, text.length()).toString();
  }

  /** Also what turns the direction of writing, or ends a line for some readers. */
  private static boolean isControl(char each) {
    return Character.isISOControl(each)
        || each >= '\u2028' && each <= '\u202e'
        || each >= '\u2066' && each <= '\u2069';
  }
}
