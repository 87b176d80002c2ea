package kds.scripts;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a script writes is told the same however it is cut into pieces: its lines, its head and tail
 * to the byte, and no secret of it.
 */
public final class OutputFuzz {
  private static final List<String> SECRETS = List.of("sesame-open", "sesame", "aaaaaaab", "ääää");
  private static final int SMALL = 2048;

  private OutputFuzz() {}

  /** The first byte says how often what follows is written: more than is kept, too. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] once = Arrays.copyOfRange(input, 1, input.length);
    int times = 1 + (input[0] & 0x1f);
    byte[] text = new byte[once.length * times];
    for (int at = 0; at < text.length; at += once.length) {
      System.arraycopy(once, 0, text, at, once.length);
    }
    String whole = told(text, Math.max(1, text.length));
    for (int piece : text.length < SMALL ? new int[] {1, 2, 7} : new int[] {61, 4093}) {
      if (!told(text, piece).equals(whole)) {
        throw new AssertionError("In pieces of " + piece + " something else is told");
      }
    }
  }

  private static String told(byte[] text, int piece) {
    List<String> lines = new ArrayList<>();
    Output output = new Output(SECRETS, lines::add);
    for (int at = 0; at < text.length; at += piece) {
      output.take(false, ByteBuffer.wrap(text, at, Math.min(piece, text.length - at)));
    }
    output.flush();
    byte[] masked = masked(text);
    equal(output.head(), masked, 0, Math.min(masked.length, Excerpt.PART));
    int head = Math.min(masked.length, Excerpt.PART);
    equal(output.tail(), masked, Math.max(head, masked.length - Excerpt.PART), masked.length);
    if (output.total() != text.length) {
      throw new AssertionError(output.total() + " of " + text.length);
    }
    for (String line : lines) {
      if (line.indexOf('\n') >= 0 || SECRETS.stream().anyMatch(line::contains)) {
        throw new AssertionError(line);
      }
    }
    return String.join("\n", lines);
  }

  private static void equal(String got, byte[] masked, int from, int to) {
    if (!got.equals(Visible.lines(Arrays.copyOfRange(masked, from, to)))) {
      throw new AssertionError("Not what stands at " + from + " to " + to);
    }
  }

  /** The same as {@link Mask} says, but of the whole at once. */
  private static byte[] masked(byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < text.length) {
      int secret = secret(text, at);
      if (secret == 0) {
        out.write(text[at++]);
      } else {
        out.writeBytes("********".getBytes(StandardCharsets.US_ASCII));
        at += secret;
      }
    }
    return out.toByteArray();
  }

  /**
   * The length of the secret there, the longest first; of one that the end cuts off, 8 at least.
   */
  private static int secret(byte[] text, int at) {
    for (String each : SECRETS) {
      byte[] secret = each.getBytes(StandardCharsets.UTF_8);
      int length = Math.min(secret.length, text.length - at);
      if (Arrays.equals(secret, 0, length, text, at, at + length)
          && (length == secret.length || length >= 8)) {
        return length;
      }
    }
    return 0;
  }
}
