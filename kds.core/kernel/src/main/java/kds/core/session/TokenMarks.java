package kds.core.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a token is known by when it comes back, without keeping it: digests of what the door calls a
 * token ({@link kds.api.security.Caller#tokenId()}), which is its {@code jti}, or the digest of its
 * signed part where it has none. The signed part, because anybody can write the same signature in
 * another way.
 */
final class TokenMarks {
  private static final JsonMapper JSON = new JsonMapper();

  private TokenMarks() {}

  /** The marks of a token that was not verified: it is good elsewhere. */
  static Set<String> of(String token) {
    int lastDot = token.lastIndexOf('.');
    String signed = lastDot < 0 ? token : token.substring(0, lastDot);
    Set<String> marks = new HashSet<>();
    marks.add(ofId(digest(signed).substring(0, 32)));
    String jti = jti(signed);
    if (!jti.isBlank()) {
      marks.add(ofId(jti));
    }
    return marks;
  }

  /** The mark of a caller's token. */
  static String ofId(String tokenId) {
    return digest(tokenId);
  }

  /** Refuses what is no mark, as in a journal that was tampered with. */
  static void requireMark(String text) {
    if (!text.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("A token is marked by a digest of 64 hexadecimal digits");
    }
  }

  private static String jti(String signed) {
    int dot = signed.indexOf('.');
    if (dot < 0) {
      return "";
    }
    try {
      JsonNode claims = JSON.readTree(Base64.getUrlDecoder().decode(signed.substring(dot + 1)));
      return claims.path("jti").asString("");
    } catch (RuntimeException e) {
      return ""; // It is no JWT: the door takes none like it, whatever it is good for.
    }
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
