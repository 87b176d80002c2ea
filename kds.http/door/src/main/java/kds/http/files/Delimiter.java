package kds.http.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What stands between the parts of a form: {@code CR LF -- boundary}. Looked for by Horspool's
 * method: most bytes of a file are never looked at. As a boundary holds no CR, a beginning of the
 * delimiter that turns out to be none cannot hide another beginning.
 */
final class Delimiter {
  /** The Content-Type's boundary, of the characters that RFC 2046 allows, quoted or not. */
  static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)^multipart/form-data\\s*;(?:.*;)?\\s*boundary="
              + "(?:\"([0-9A-Z'()+_,./:=? -]{0,69}[0-9A-Z'()+_,./:=?-])\""
              + "|([0-9A-Z'()+_,./:=?-]{1,70}))\\s*(?:;.*)?$");

  private final byte[] bytes;
  private final ByteBuffer direct;
  private final int[] skip = new int[256];

  Delimiter(String boundary) {
    bytes = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
    direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    Arrays.fill(skip, bytes.length);
    for (int i = 0; i < bytes.length - 1; i++) {
      skip[bytes[i] & 0xFF] = bytes.length - 1 - i;
    }
  }

  int length() {
    return bytes.length;
  }

  /** The delimiter's bytes of that stretch. */
  ByteBuffer part(int from, int to) {
    return direct.slice(from, to - from);
  }

  /** Where it stands in the buffer, -1 when nowhere. */
  int find(ByteBuffer in) {
    int last = bytes.length - 1;
    int limit = in.limit();
    for (int end = in.position() + last; end < limit; ) {
      byte octet = in.get(end);
      if (octet == bytes[last] && stands(in, end - last, last)) {
        return end - last;
      }
      end += skip[octet & 0xFF];
    }
    return -1;
  }

  /** With how many bytes of the delimiter's beginning the buffer ends. */
  int tail(ByteBuffer in) {
    for (int at = Math.max(in.position(), in.limit() - bytes.length + 1); at < in.limit(); at++) {
      if (in.get(at) == '\r' && stands(in, at, in.limit() - at)) {
        return in.limit() - at;
      }
    }
    return 0;
  }

  /** Takes the bytes that go on with the delimiter after so many of it; how many they were. */
  int match(ByteBuffer in, int from) {
    int at = from;
    while (at < bytes.length && in.hasRemaining() && in.get(in.position()) == bytes[at]) {
      in.get();
      at++;
    }
    return at - from;
  }

  private boolean stands(ByteBuffer in, int at, int length) {
    for (int i = 0; i < length; i++) {
      if (in.get(at + i) != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
