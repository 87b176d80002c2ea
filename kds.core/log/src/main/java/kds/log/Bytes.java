package kds.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects records as UTF-8. What others wrote goes through {@link #text}, {@link #lines} or {@link
 * #json}: nothing in it ends a line, steers a terminal or turns the direction of writing. Nearly
 * all text has nothing to escape, so it is looked through eight bytes at a time and copied as it
 * is. Not thread-safe.
 */
final class Bytes {
  /** Nearly all records are shorter; one is made for each of the audit log. */
  private static final int BEGIN = 1024;

  /** What a very long record needed is not kept. */
  private static final int MOST_KEPT = 256 * 1024;

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  /** What U+0080 to U+00BF begin with in UTF-8, and U+2000 to U+2FFF. */
  private static final byte FIRST_CONTROLS = (byte) 0xc2;

  private static final byte FIRST_SEPARATORS = (byte) 0xe2;

  private byte[] bytes = new byte[BEGIN];
  private int length;

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  void clear() {
    length = 0;
    if (bytes.length > MOST_KEPT) {
      bytes = new byte[BEGIN];
    }
  }

  /** One character of ASCII. */
  Bytes add(char ascii) {
    room(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  /** What has nothing to escape. */
  Bytes add(byte[] clean) {
    return copy(clean, 0, clean.length);
  }

  /** A number of so many digits. */
  Bytes digits(int number, int digits) {
    room(digits);
    int rest = number;
    for (int at = length + digits - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  /** A text within a line. */
  Bytes text(String text) {
    return escaped(text.getBytes(StandardCharsets.UTF_8), false, null);
  }

  /** A text of several lines; each but the first begins with the mark. */
  Bytes lines(String text, byte[] mark) {
    return escaped(text.getBytes(StandardCharsets.UTF_8), false, mark);
  }

  /** A string of JSON, with its quotes. */
  Bytes json(String text) {
    add('"');
    escaped(text.getBytes(StandardCharsets.UTF_8), true, null);
    return add('"');
  }

  private Bytes escaped(byte[] utf8, boolean json, byte @Nullable [] mark) {
    int clean = 0;
    int at = 0;
    while ((at = plain(utf8, at, json)) < utf8.length) {
      int taken = taken(utf8, at, json);
      if (taken <= 0) {
        at -= taken;
        continue;
      }
      copy(utf8, clean, at - clean);
      if (mark != null && utf8[at] == '\n') {
        add('\n').add(mark);
      } else {
        escape(utf8, at, taken, json);
      }
      at += taken;
      clean = at;
    }
    return copy(utf8, clean, utf8.length - clean);
  }

  /** From where on something may have to be escaped. */
  private static int plain(byte[] utf8, int from, boolean json) {
    int at = from;
    while (at + Long.BYTES <= utf8.length && isPlain((long) EIGHT.get(utf8, at), json)) {
      at += Long.BYTES;
    }
    while (at < utf8.length && isPlain(utf8[at], json)) {
      at++;
    }
    while (at < utf8.length && isLetter(utf8[at])) {
      at += size(utf8[at]);
    }
    return at;
  }

  private static boolean isPlain(long eight, boolean json) {
    long odd = (eight - ONES * 0x20) | eight | zeroes(eight ^ ONES * 0x7f);
    if (json) {
      odd |= zeroes(eight ^ ONES * '"') | zeroes(eight ^ ONES * '\\');
    }
    return (odd & HIGHS) == 0;
  }

  private static boolean isPlain(byte each, boolean json) {
    return each >= 0x20 && each != 0x7f && !(json && (each == '"' || each == '\\'));
  }

  /** Whether it begins a character of several bytes that cannot be one of those to be escaped. */
  private static boolean isLetter(byte first) {
    return first < 0 && first != FIRST_CONTROLS && first != FIRST_SEPARATORS;
  }

  /** The high bit of each byte that is zero, and perhaps of some above one. */
  private static long zeroes(long eight) {
    return eight - ONES & ~eight;
  }

  /** How many bytes are to be escaped here; none or less: so many are as they should be. */
  private static int taken(byte[] utf8, int at, boolean json) {
    byte first = utf8[at];
    if (first >= 0) {
      boolean control = first < 0x20 && (json || first != '\t') || first == 0x7f;
      return control || json && (first == '"' || first == '\\') ? 1 : -1;
    }
    int code = code(utf8, at);
    boolean bad =
        code >= 0x80 && code < 0xa0
            || code >= 0x2028 && code <= 0x202e
            || code >= 0x2066 && code <= 0x2069;
    return bad ? size(first) : -size(first);
  }

  /** Of valid UTF-8, as {@code String.getBytes} makes it. */
  private static int size(byte first) {
    return first >= 0 ? 1 : (first & 0xe0) == 0xc0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : 4;
  }

  /** The character, where it has two or three bytes; no other is of interest. */
  private static int code(byte[] utf8, int at) {
    return switch (size(utf8[at])) {
      case 2 -> (utf8[at] & 0x1f) << 6 | utf8[at + 1] & 0x3f;
      case 3 -> (utf8[at] & 0x0f) << 12 | (utf8[at + 1] & 0x3f) << 6 | utf8[at + 2] & 0x3f;
      default -> utf8[at];
    };
  }

  private void escape(byte[] utf8, int at, int size, boolean json) {
    add('\\');
    byte first = utf8[at];
    switch (first) {
      case '\n' -> add('n');
      case '\r' -> add('r');
      case '\t' -> add('t');
      case '"', '\\' -> add((char) first);
      default -> {
        int code = size == 1 ? first : code(utf8, at);
        boolean brief = !json && code < 0x100;
        add(brief ? 'x' : 'u');
        for (int shift = brief ? 4 : 12; shift >= 0; shift -= 4) {
          add((char) HEX[code >> shift & 0xf]);
        }
      }
    }
  }

  private Bytes copy(byte[] from, int at, int count) {
    room(count);
    System.arraycopy(from, at, bytes, length, count);
    length += count;
    return this;
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
