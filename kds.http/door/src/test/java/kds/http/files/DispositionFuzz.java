package kds.http.files;

import java.nio.charset.StandardCharsets;

/** A part's Content-Disposition is read or refused. */
public final class DispositionFuzz {
  private DispositionFuzz() {}

  /** The input is the header's value. */
  public static void fuzzerTestOneInput(byte[] input) {
    String value = new String(input, StandardCharsets.UTF_8);
    try {
      Disposition part = Disposition.of(value);
      String filename = part.filename();
      if (filename != null && filename.length() > value.length()) {
        throw new AssertionError(filename + " out of " + value);
      }
    } catch (MalformedException e) {
      // Refused.
    }
  }
}
