package kds.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import kds.http.route.Chunks;

/**
 * A form says the same however it is cut into pieces on its way, and the parser hands out no more
 * than it was given.
 */
public final class MultipartFuzz {
  private static final int PLENTY = 64 << 10;

  private MultipartFuzz() {}

  /** The first line is the boundary, as a Content-Type has it; the rest is the form. */
  public static void fuzzerTestOneInput(byte[] input) {
    int end = 0;
    while (end < input.length && input[end] != '\n') {
      end++;
    }
    String type = new String(input, 0, end, StandardCharsets.ISO_8859_1);
    String boundary;
    try {
      boundary = Multipart.boundary("multipart/form-data; boundary=" + type);
    } catch (MalformedException e) {
      return;
    }
    byte[] form = Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
    if (form.length > PLENTY) {
      return;
    }
    String whole = read(form, boundary, form.length);
    for (int piece : new int[] {1, 2, 3, 7, boundary.length() + 3}) {
      String cut = read(form, boundary, piece);
      if (!cut.equals(whole)) {
        throw new AssertionError(
            "In pieces of " + piece + " it reads\n" + cut + "\nand at once\n" + whole);
      }
    }
  }

  /** What the form says, and how it ends. */
  private static String read(byte[] form, String boundary, int piece) {
    List<String> says = new ArrayList<>();
    int total = 0;
    try {
      Multipart parser = new Multipart(pieces(form, piece), boundary);
      for (Disposition part = parser.part(); part != null; part = parser.part()) {
        StringBuilder content = new StringBuilder();
        for (ByteBuffer next = parser.next(); next != null; next = parser.next()) {
          if (!next.hasRemaining()) {
            throw new AssertionError("An empty piece");
          }
          total += next.remaining();
          byte[] bytes = new byte[next.remaining()];
          next.get(bytes);
          content.append(HexFormat.of().formatHex(bytes));
        }
        says.add(part + " " + content);
      }
      says.add("end");
    } catch (MalformedException e) {
      says.add("malformed");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    if (total > form.length) {
      throw new AssertionError(total + " bytes out of " + form.length);
    }
    return String.join("\n", says);
  }

  private static Chunks pieces(byte[] form, int piece) {
    ByteBuffer all = ByteBuffer.wrap(form);
    return () -> {
      if (!all.hasRemaining()) {
        return null;
      }
      int length = Math.min(piece, all.remaining());
      ByteBuffer next = all.slice(all.position(), length);
      all.position(all.position() + length);
      return next;
    };
  }
}
