package kds.scripts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for the few bytes that matter among many that do not, eight at a time. */
final class Scan {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  private Scan() {}

  /** Where the next newline or carriage return is, or the end. */
  static int lineEnd(byte[] bytes, int from, int end) {
    int at = from;
    while (at + Long.BYTES <= end) {
      long eight = (long) EIGHT.get(bytes, at);
      if (((zeroes(eight ^ ONES * '\n') | zeroes(eight ^ ONES * '\r')) & HIGHS) != 0) {
        break;
      }
      at += Long.BYTES;
    }
    while (at < end && bytes[at] != '\n' && bytes[at] != '\r') {
      at++;
    }
    return at;
  }

  /** Where the next byte is that is no visible ASCII and no tab, or the end. */
  static int invisible(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end) {
      while (at + Long.BYTES <= end && visible((long) EIGHT.get(bytes, at))) {
        at += Long.BYTES;
      }
      // A tab among the eight, or their neighbour: each for itself, then eight again.
      int slow = Math.min(end, at + Long.BYTES);
      while (at < slow) {
        if (bytes[at] < ' ' && bytes[at] != '\t' || bytes[at] == 0x7f) {
          return at;
        }
        at++;
      }
    }
    return end;
  }

  private static boolean visible(long eight) {
    return (((eight - ONES * ' ') | eight | zeroes(eight ^ ONES * 0x7f)) & HIGHS) == 0;
  }

  /** The high bit of each byte that is zero, and perhaps of some above one. */
  private static long zeroes(long eight) {
    return eight - ONES & ~eight;
  }
}
