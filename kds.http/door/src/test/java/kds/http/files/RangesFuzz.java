package kds.http.files;

import java.nio.charset.StandardCharsets;

/** Whatever ranges are asked for: what is sent lies in the file, and is no more than it. */
public final class RangesFuzz {
  private static final long[] SIZES = {0, 1, 10, 1L << 40, Long.MAX_VALUE};

  private RangesFuzz() {}

  /** The input is the header Range. */
  public static void fuzzerTestOneInput(byte[] input) {
    String header = new String(input, StandardCharsets.ISO_8859_1);
    for (long size : SIZES) {
      if (Ranges.of(header, size) instanceof Ranges.Parts parts) {
        check(parts, size);
      }
    }
  }

  private static void check(Ranges.Parts parts, long size) {
    long total = 0;
    for (Span span : parts.spans()) {
      if (span.first() < 0 || span.first() > span.last() || span.last() >= size) {
        throw new AssertionError(span + " of " + size);
      }
      total += span.length();
      if (total < 0 || total > size) {
        throw new AssertionError(parts + " are more than the file's " + size);
      }
    }
  }
}
