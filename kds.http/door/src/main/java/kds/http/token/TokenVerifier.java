package kds.http.token;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import kds.http.token.TokenException.Reason;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The checks a token passes (RFC 8725), in this order: form, header, signature, times, audience.
 * Holds no state; each check is a method of its own, so that a test can leave one out and see that
 * its attack then succeeds.
 */
class TokenVerifier {
  /** Header members that would bring their own key, or change what the others mean. */
  private static final List<String> REFUSED_MEMBERS =
      List.of("jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty", "epk");

  private static final Set<String> TYPES = Set.of("jwt", "at+jwt");

  /** The end of the year 9999: a later time is a mistake or an attempt. */
  private static final long LATEST = 253_402_300_799L;

  /**
   * Verifies form and signature.
   *
   * @return its claims, genuine, their times and audience not yet looked at
   */
  JsonNode genuine(String text, VerificationKeys keys) throws TokenException {
    CompactToken token = CompactToken.parse(text);
    String algorithm = token.headerText("alg");
    checkHeader(token);
    if (algorithm == null) {
      throw CompactToken.malformed("Its header does not name an algorithm ('alg').");
    }
    for (VerificationKey key : candidates(keys, algorithm, token.headerText("kid"))) {
      if (signedBy(key, algorithm, token)) {
        return token.claims();
      }
    }
    throw new TokenException(
        Reason.SIGNATURE,
        "The token is not signed by a key in 'jwt_public_key'. If the issuer's key was changed,"
            + " register this server again, or put the new public key there.");
  }

  /** Looks at what may change between two requests with one token. */
  void check(JsonNode claims, String serverId, Duration skew, Instant now) throws TokenException {
    checkTimes(claims, skew, now);
    checkAudience(claims, serverId);
  }

  void checkHeader(CompactToken token) throws TokenException {
    for (String name : REFUSED_MEMBERS) {
      if (token.header().has(name)) {
        throw CompactToken.malformed("Its header member '" + name + "' is not accepted.");
      }
    }
    String type = token.headerText("typ");
    if (type != null) {
      String word = type.toLowerCase(Locale.ROOT);
      word = word.startsWith("application/") ? word.substring("application/".length()) : word;
      if (!TYPES.contains(word)) {
        throw CompactToken.malformed("Its type ('typ') must be JWT or at+jwt.");
      }
    }
  }

  List<VerificationKey> candidates(VerificationKeys keys, String algorithm, @Nullable String id)
      throws TokenException {
    Set<String> accepted = new TreeSet<>();
    keys.keys().forEach(k -> accepted.addAll(k.algorithms()));
    if (!accepted.contains(algorithm)) {
      throw new TokenException(
          Reason.SIGNATURE,
          "The token's algorithm does not go with the configured key, which takes: "
              + String.join(", ", accepted));
    }
    List<VerificationKey> candidates = keys.candidates(algorithm, id);
    if (candidates.isEmpty()) {
      throw new TokenException(
          Reason.SIGNATURE, "The token names a key ('kid') that 'jwt_public_key' does not hold.");
    }
    return candidates;
  }

  boolean signedBy(VerificationKey key, String algorithm, CompactToken token) {
    try {
      JsonWebSignature signature = new JsonWebSignature();
      signature.setAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, algorithm));
      signature.setCompactSerialization(token.text());
      signature.setKey(key.key());
      return signature.verifySignature();
    } catch (JoseException e) {
      return false;
    }
  }

  void checkTimes(JsonNode claims, Duration skew, Instant now) throws TokenException {
    Long expires = time(claims, "exp");
    if (expires == null) {
      throw claims("It has no expiry ('exp').");
    }
    long late = now.minus(skew).getEpochSecond();
    if (expires <= late) {
      throw new TokenException(
          Reason.EXPIRED,
          "The token expired on "
              + Instant.ofEpochSecond(expires)
              + "; this server's clock says "
              + Instant.ofEpochSecond(now.getEpochSecond())
              + ". Get a new one.");
    }
    long early = now.plus(skew).getEpochSecond();
    refuseLater(time(claims, "nbf"), early, "is valid only from", now);
    refuseLater(time(claims, "iat"), early, "says that it was issued on", now);
  }

  private static void refuseLater(@Nullable Long time, long limit, String what, Instant now)
      throws TokenException {
    if (time != null && time > limit) {
      throw new TokenException(
          Reason.EARLY,
          "The token "
              + what
              + ' '
              + Instant.ofEpochSecond(time)
              + "; this server's clock says "
              + Instant.ofEpochSecond(now.getEpochSecond())
              + ". Compare the clocks of issuer and server.");
    }
  }

  void checkAudience(JsonNode claims, String serverId) throws TokenException {
    Set<String> audiences = Audiences.of(claims);
    if (claims.has("aud") && (serverId.isEmpty() || !audiences.contains(serverId))) {
      throw new TokenException(
          Reason.AUDIENCE,
          serverId.isEmpty()
              ? "The token is meant for a certain server ('aud'), and this one does not know its"
                  + " id. Set 'server_id' in config.yaml, or register the server."
              : "The token is meant for another server: its 'aud' does not name this one's"
                  + " 'server_id'.");
    }
  }

  /** NumericDate, whole seconds. */
  private static @Nullable Long time(JsonNode claims, String name) throws TokenException {
    JsonNode value = claims.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw claims("Its '" + name + "' must be a whole number of seconds since 1970.");
    }
    long seconds = value.longValue();
    if (seconds < 0 || seconds > LATEST) {
      throw claims("Its '" + name + "' is not a time between the years 1970 and 9999.");
    }
    return seconds;
  }

  static TokenException claims(String detail) {
    return new TokenException(Reason.CLAIMS, "The token is genuine but cannot be used. " + detail);
  }
}
