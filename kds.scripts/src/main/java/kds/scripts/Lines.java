package kds.scripts;

import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines, at a newline, a carriage return (progress bars) or the limit.
 * Not thread-safe.
 */
final class Lines {
  /** A longer line is told in pieces of this many bytes. */
  static final int LONGEST = 8192;

  private final Consumer<String> to;
  private final byte[] line = new byte[LONGEST];
  private int length;
  private boolean afterReturn;

  Lines(Consumer<String> to) {
    this.to = to;
  }

  void feed(byte[] bytes, int from, int count) {
    for (int at = from; at < from + count; at++) {
      byte each = bytes[at];
      if (each == '\n' && afterReturn) {
        afterReturn = false;
      } else if (each == '\n' || each == '\r') {
        afterReturn = each == '\r';
        tell(length);
      } else {
        afterReturn = false;
        if (length == LONGEST) {
          tell(wholeCharacters());
        }
        line[length++] = each;
      }
    }
  }

  /** Tells what has come of a line that is not complete. */
  void flush() {
    if (length > 0) {
      tell(length);
    }
  }

  private void tell(int upTo) {
    String text = Visible.line(line, upTo);
    System.arraycopy(line, upTo, line, 0, length - upTo);
    length -= upTo;
    to.accept(text);
  }

  /** Where the full line can be cut without cutting a character of UTF-8. */
  private int wholeCharacters() {
    int at = length;
    while (at > length - 4 && (line[at - 1] & 0xc0) == 0x80) {
      at--;
    }
    // What precedes begins a character of several bytes, which may not be all there.
    return at > length - 4 && (line[at - 1] & 0xc0) == 0xc0 ? at - 1 : length;
  }
}
