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
    int end = from + count;
    int at = pastReturn(bytes, from, end);
    while (at < end) {
      int stop = Scan.lineEnd(bytes, at, end);
      if (stop == end) {
        hold(bytes, at, end);
        return;
      }
      if (length == 0 && stop - at <= LONGEST) {
        to.accept(Visible.line(bytes, at, stop - at)); // as it lies there, which most do
      } else {
        hold(bytes, at, stop);
        tell(length);
      }
      afterReturn = bytes[stop] == '\r';
      at = pastReturn(bytes, stop + 1, end);
    }
  }

  /** A newline after a carriage return ends the same line. */
  private int pastReturn(byte[] bytes, int at, int end) {
    if (!afterReturn || at == end) {
      return at;
    }
    afterReturn = false;
    return bytes[at] == '\n' ? at + 1 : at;
  }

  private void hold(byte[] bytes, int from, int end) {
    for (int at = from; at < end; ) {
      if (length == LONGEST) {
        tell(wholeCharacters());
      }
      int part = Math.min(end - at, LONGEST - length);
      System.arraycopy(bytes, at, line, length, part);
      length += part;
      at += part;
    }
  }

  /** Tells what has come of a line that is not complete. */
  void flush() {
    if (length > 0) {
      tell(length);
    }
  }

  private void tell(int upTo) {
    String text = Visible.line(line, 0, upTo);
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
