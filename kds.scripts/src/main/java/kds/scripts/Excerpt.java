package kds.scripts;

import java.util.Arrays;

/** The first and the last of a stream of bytes. Not thread-safe. */
final class Excerpt {
  /** How much is kept at each end. */
  static final int PART = 64 * 1024;

  private byte[] head = new byte[0];
  private int headLength;
  private byte[] ring = new byte[0];
  private long total;

  void add(byte[] bytes, int from, int length) {
    total += length;
    int toHead = Math.min(length, PART - headLength);
    if (toHead > 0) {
      head = grown(head, headLength + toHead);
      System.arraycopy(bytes, from, head, headLength, toHead);
      headLength += toHead;
    }
    if (length > toHead) {
      toTail(bytes, from + toHead, length - toHead);
    }
  }

  private void toTail(byte[] bytes, int from, int length) {
    // Where the first of these bytes goes, had everything after the head been written around.
    long place = total - PART - length;
    int most = Math.min(length, PART);
    int start = from + length - most;
    int at = (int) ((place + length - most) % PART);
    if (ring.length < PART) {
      ring = grown(ring, (int) Math.min(PART, place + length));
    }
    int first = Math.min(most, PART - at);
    System.arraycopy(bytes, start, ring, at, first);
    System.arraycopy(bytes, start + first, ring, 0, most - first);
  }

  private static byte[] grown(byte[] bytes, int length) {
    return length <= bytes.length
        ? bytes
        : Arrays.copyOf(bytes, Math.min(PART, Math.max(length, Math.max(1024, bytes.length * 2))));
  }

  /** How many bytes are in neither end. */
  long leftOut() {
    return Math.max(0, total - headLength - PART);
  }

  byte[] head() {
    return Arrays.copyOf(head, headLength);
  }

  byte[] tail() {
    long behind = total - headLength;
    if (behind <= PART) {
      return Arrays.copyOf(ring, (int) behind);
    }
    int at = (int) (behind % PART);
    byte[] tail = new byte[PART];
    System.arraycopy(ring, at, tail, 0, PART - at);
    System.arraycopy(ring, 0, tail, PART - at, at);
    return tail;
  }
}
