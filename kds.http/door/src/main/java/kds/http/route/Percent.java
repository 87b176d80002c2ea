package kds.http.route;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Percent-encoding (RFC 3986, section 2.1), decoded once and without mercy: what is no proper UTF-8
 * is refused, overlong forms and surrogates included, because a name that two programs read
 * differently is how checks are got around.
 */
public final class Percent {
  private static final String UNRESERVED = "-._~";
  private static final char REPLACEMENT = '\uFFFD';

  private Percent() {}

  /**
   * Decodes.
   *
   * @throws CharacterCodingException when it is not proper percent-encoded UTF-8
   */
  public static String decode(String text) throws CharacterCodingException {
    if (text.indexOf(REPLACEMENT) >= 0) {
      // The HTTP parser puts it where raw bytes were no UTF-8.
      throw new CharacterCodingException();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    int from = 0;
    for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
      bytes.writeBytes(utf8(text.substring(from, at)));
      bytes.write(octet(text, at + 1));
      from = at + 3;
    }
    bytes.writeBytes(utf8(text.substring(from)));
    return text(bytes.toByteArray());
  }

  /** Reads bytes as UTF-8, strictly. */
  public static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static byte[] utf8(String text) throws CharacterCodingException {
    ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static int octet(String text, int at) throws CharacterCodingException {
    if (at + 2 > text.length()
        || !HexFormat.isHexDigit(text.charAt(at))
        || !HexFormat.isHexDigit(text.charAt(at + 1))) {
      throw new CharacterCodingException();
    }
    return HexFormat.fromHexDigits(text, at, at + 2);
  }

  /** Encodes everything but the unreserved characters of RFC 3986, section 2.3. */
  public static String encode(String text) {
    return encode(text, UNRESERVED);
  }

  /** Encodes everything but ASCII letters, digits and the characters given. */
  public static String encode(String text, String alsoPlain) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      if (isLetterOrDigit(c) || alsoPlain.indexOf(c) >= 0) {
        out.append(c);
      } else {
        out.append('%').append(HexFormat.of().withUpperCase().toHexDigits(octet));
      }
    }
    return out.toString();
  }

  private static boolean isLetterOrDigit(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
