package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Replaces secrets in a stream of bytes, also where they arrive in pieces. What may be the
 * beginning of a secret is held back until the next piece; never more than the longest secret. Not
 * thread-safe.
 */
final class Mask {
  /** Takes what is left. */
  interface Sink {
    void take(byte[] bytes, int from, int length);
  }

  private static final byte[] STARS = "********".getBytes(StandardCharsets.US_ASCII);

  private final byte[][] secrets;
  private final boolean[] starts = new boolean[256];
  private final Sink sink;
  private byte[] held = new byte[0];

  Mask(List<String> secrets, Sink sink) {
    this.sink = sink;
    this.secrets =
        secrets.stream()
            .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
            .sorted(Comparator.<byte[]>comparingInt(secret -> secret.length).reversed())
            .toArray(byte[][]::new);
    for (byte[] secret : this.secrets) {
      starts[secret[0] & 0xff] = true;
    }
  }

  /** Takes the next piece. */
  void feed(byte[] bytes, int length) {
    if (secrets.length == 0) {
      sink.take(bytes, 0, length);
      return;
    }
    byte[] all = bytes;
    int end = length;
    if (held.length > 0) {
      all = Arrays.copyOf(held, held.length + length);
      System.arraycopy(bytes, 0, all, held.length, length);
      end = all.length;
    }
    int kept = pass(all, end, false);
    held = kept == end ? new byte[0] : Arrays.copyOfRange(all, kept, end);
  }

  /** No more comes for now: what was held back goes on, unless it is a long part of a secret. */
  void flush() {
    byte[] rest = held;
    held = new byte[0];
    pass(rest, rest.length, true);
  }

  /** Returns from where on bytes have to be held back. */
  private int pass(byte[] all, int end, boolean last) {
    int clean = 0;
    int at = 0;
    while (at < end) {
      if (!starts[all[at] & 0xff]) {
        at++;
        continue;
      }
      int found = match(all, at, end, last);
      if (found == 0) {
        at++;
      } else {
        out(all, clean, at);
        if (found < 0) {
          return at;
        }
        sink.take(STARS, 0, STARS.length);
        at += found;
        clean = at;
      }
    }
    out(all, clean, end);
    return end;
  }

  private void out(byte[] all, int from, int to) {
    if (to > from) {
      sink.take(all, from, to - from);
    }
  }

  /** The length of the secret at a place, 0 when there is none, -1 when more has to be seen. */
  private int match(byte[] all, int at, int end, boolean last) {
    for (byte[] secret : secrets) {
      int most = Math.min(secret.length, end - at);
      if (!Arrays.equals(secret, 0, most, all, at, at + most)) {
        continue;
      }
      if (most == secret.length) {
        return most;
      }
      if (!last) {
        return -1;
      }
      // Cut off by the end of the output: a large part of a secret is one.
      if (most >= 8) {
        return most;
      }
    }
    return 0;
  }
}
