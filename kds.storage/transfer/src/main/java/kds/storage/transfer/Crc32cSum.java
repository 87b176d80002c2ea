package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The CRC32C of a content that comes in several goes: what was summed before is carried on as a
 * number, so that nothing has to be read again. One thread at a time.
 *
 * <p>The sum of two pieces put together follows from the sums of each and the length of the second:
 * appending a zero bit is a linear map on the 32 bits of the sum.
 */
final class Crc32cSum {
  /** The polynomial of RFC 3720, reflected. */
  private static final int POLYNOMIAL = 0x82f63b78;

  private final CRC32C piece = new CRC32C();
  private int before;
  private long pieceLength;

  /** Goes on from a sum. */
  Crc32cSum(int before) {
    this.before = before;
  }

  /** Takes in what remains in a buffer, and leaves the buffer as it is. */
  void update(ByteBuffer buffer) {
    pieceLength += buffer.remaining();
    piece.update(buffer.duplicate());
  }

  /** The sum so far, which is what {@link #reset} goes back to from here on. */
  int mark() {
    before = joined(before, (int) piece.getValue(), pieceLength);
    reset();
    return before;
  }

  /** Forgets what came since {@link #mark}. */
  void reset() {
    piece.reset();
    pieceLength = 0;
  }

  /** As eight lower-case hex digits. */
  static String text(int sum) {
    return HexFormat.of().toHexDigits(sum);
  }

  /** The sum of two contents, one after the other. */
  static int joined(int first, int second, long secondLength) {
    int[] map = new int[32];
    map[0] = POLYNOMIAL;
    for (int bit = 1; bit < 32; bit++) {
      map[bit] = 1 << (bit - 1);
    }
    int sum = first;
    // From one zero bit to one zero byte, then by squares for each bit of the length.
    map = squared(squared(squared(map)));
    for (long length = secondLength; length != 0; length >>>= 1) {
      if ((length & 1) != 0) {
        sum = applied(map, sum);
      }
      map = squared(map);
    }
    return sum ^ second;
  }

  private static int[] squared(int[] map) {
    int[] square = new int[32];
    for (int bit = 0; bit < 32; bit++) {
      square[bit] = applied(map, map[bit]);
    }
    return square;
  }

  private static int applied(int[] map, int vector) {
    int result = 0;
    int rest = vector;
    for (int bit = 0; rest != 0; bit++, rest >>>= 1) {
      if ((rest & 1) != 0) {
        result ^= map[bit];
      }
    }
    return result;
  }
}
