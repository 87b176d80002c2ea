package kds.http.token;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A token is taken apart, judged and turned into a caller, or refused. */
public final class TokenFuzz {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private TokenFuzz() {}

  /** The input is a token, and the header and the claims of another, divided by a NUL. */
  public static void fuzzerTestOneInput(byte[] input) {
    judge(new String(input, StandardCharsets.ISO_8859_1));
    int end = 0;
    while (end < input.length && input[end] != 0) {
      end++;
    }
    byte[] claims = new byte[Math.max(0, input.length - end - 1)];
    System.arraycopy(input, input.length - claims.length, claims, 0, claims.length);
    byte[] header = new byte[end];
    System.arraycopy(input, 0, header, 0, end);
    judge(BASE64.encodeToString(header) + '.' + BASE64.encodeToString(claims) + ".AAAA");
  }

  private static void judge(String text) {
    try {
      CompactToken token = CompactToken.parse(text);
      JsonNode claims = token.claims();
      TokenVerifier verifier = new TokenVerifier();
      verifier.checkTimes(claims, Duration.ofSeconds(30), Instant.ofEpochSecond(1_800_000_000));
      new Claims(claims, NAMES).caller("digest", "127.0.0.1", Set.of());
      verifier.checkHeader(token);
      verifier.checkAudience(claims, "server");
    } catch (TokenException e) {
      // Refused.
    }
  }

  private static final ClaimNames NAMES =
      new ClaimNames("sub", "kasm_id", "username", "kasm_user", "credential_type", "scope");
}
