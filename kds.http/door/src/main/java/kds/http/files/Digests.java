package kds.http.files;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;

/** The digest fields of RFC 9530, as far as SHA-256 goes. Other algorithms are passed over. */
final class Digests {
  /** A dictionary member (RFC 9651) of that key; byte sequences stand between colons. */
  private static final Pattern VALUE = member(":([A-Za-z0-9+/=]*):");

  private static final Pattern WEIGHT = member("([0-9]{1,2})");
  private static final Pattern NAMED = member("");

  private Digests() {}

  private static Pattern member(String value) {
    return Pattern.compile("(?:^|,)\\s*sha-256\\s*=\\s*" + value);
  }

  /**
   * The digest that the body must have, by its Content-Digest or Repr-Digest field; null when it
   * has none. The two mean the same here: a body is neither encoded nor partial.
   *
   * @throws Refusal 400 {@code bad-digest} when it cannot be read, or the two differ
   */
  static byte @Nullable [] expected(Exchange exchange) throws Refusal {
    byte[] content = read(exchange.header("Content-Digest"));
    byte[] repr = read(exchange.header("Repr-Digest"));
    if (content != null && repr != null && !MessageDigest.isEqual(content, repr)) {
      throw bad("Content-Digest and Repr-Digest differ.");
    }
    return content != null ? content : repr;
  }

  private static byte @Nullable [] read(@Nullable String field) throws Refusal {
    if (field == null || !NAMED.matcher(field).find()) {
      return null;
    }
    Matcher matcher = VALUE.matcher(field);
    try {
      byte[] digest = matcher.find() ? Base64.getDecoder().decode(matcher.group(1)) : new byte[0];
      if (digest.length == 32) {
        return digest;
      }
    } catch (IllegalArgumentException ignored) {
      // Said below
    }
    throw bad("The sha-256 digest is not 32 bytes as base64 between colons.");
  }

  private static Refusal bad(String detail) {
    return Refusal.of(400, "bad-digest", detail + " Write sha-256=:<base64>: (RFC 9530).");
  }

  /** Whether the answer shall tell the SHA-256 of what was received. */
  static boolean wanted(Exchange exchange) throws Refusal {
    if (exchange.query().flag("sha256")) {
      return true;
    }
    String field = exchange.header("Want-Repr-Digest");
    Matcher matcher = field == null ? null : WEIGHT.matcher(field);
    return matcher != null && matcher.find() && Integer.parseInt(matcher.group(1)) > 0;
  }

  /** The Repr-Digest field of a digest in hex. */
  static String field(String hex) {
    return "sha-256=:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex)) + ':';
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256.", e);
    }
  }
}
