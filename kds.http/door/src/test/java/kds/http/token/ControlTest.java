package kds.http.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kds.api.security.Caller;
import kds.http.guard.Peer;
import kds.http.pem.UnusableException;
import kds.http.server.Jwt;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The controls of the negative vectors: with one check left out, the attack that it is for
 * succeeds. So each vector is refused by the check it is meant for, and a test of it can fail.
 */
final class ControlTest {
  private static final KeyPair RSA = Jwt.pair("RSA 2048");
  private static final KeyPair STRANGER = Jwt.pair("RSA 2048");
  private static final Peer PEER = new Peer(InetAddress.getLoopbackAddress(), false, false);
  private static final ClaimNames NAMES =
      new ClaimNames("sub", "kasm_id", "username", "kasm_user", "credential_type", "scope");
  private static final Tokens.Rules RULES =
      new Tokens.Rules("this-server", Duration.ofSeconds(30), NAMES, Set.of());

  private static Tokens tokens(TokenVerifier verifier) throws UnusableException {
    Tokens tokens = new Tokens(verifier, List::of, Clock.systemUTC());
    tokens.use(Jwt.pem(RSA.getPublic()), "jwt.pem");
    return tokens;
  }

  private static void refusedUnless(TokenVerifier without, String token) throws Exception {
    assertThatThrownBy(() -> tokens(new TokenVerifier()).caller(token, PEER, RULES))
        .isInstanceOf(TokenException.class);
    assertThat(tokens(without).caller(token, PEER, RULES).subject()).isEqualTo("user-1");
  }

  private static String good(Object... changes) {
    return Jwt.token("RS256", RSA.getPrivate(), Jwt.claims(changes));
  }

  @Test
  void withoutTheCheckOfTimesAnExpiredTokenIsAccepted() throws Exception {
    TokenVerifier without =
        new TokenVerifier() {
          @Override
          void checkTimes(JsonNode claims, Duration skew, Instant now) {}
        };
    refusedUnless(without, good("exp", 1));
    refusedUnless(without, good("exp", null));
    refusedUnless(without, good("nbf", 9_999_999_999L));
  }

  @Test
  void withoutTheCheckOfTheAudienceAnotherServersTokenIsAccepted() throws Exception {
    TokenVerifier without =
        new TokenVerifier() {
          @Override
          void checkAudience(JsonNode claims, String serverId) {}
        };
    refusedUnless(without, good("aud", "another-server"));
  }

  @Test
  void withoutTheCheckOfTheHeaderCriticalExtensionsAndTypesAreAccepted() throws Exception {
    TokenVerifier without =
        new TokenVerifier() {
          @Override
          void checkHeader(CompactToken token) {}
        };
    String claims = Jwt.json(Jwt.claims());
    refusedUnless(
        without,
        Jwt.token("{\"alg\":\"RS256\",\"typ\":\"dpop+jwt\"}", claims, "RS256", RSA.getPrivate()));
    refusedUnless(
        without,
        Jwt.token("{\"alg\":\"RS256\",\"cty\":\"JWT\"}", claims, "RS256", RSA.getPrivate()));
    refusedUnless(
        without,
        Jwt.token("{\"alg\":\"RS256\",\"jku\":\"https://a\"}", claims, "RS256", RSA.getPrivate()));
  }

  @Test
  void withoutTheCheckOfTheSignatureAStrangersTokenIsAccepted() throws Exception {
    TokenVerifier without =
        new TokenVerifier() {
          @Override
          boolean signedBy(VerificationKey key, String algorithm, CompactToken token) {
            return true;
          }
        };
    refusedUnless(without, Jwt.token("RS256", STRANGER.getPrivate(), Jwt.claims()));
  }

  @Test
  void withTheAlgorithmTakenFromTheTokenAPublicKeyWorksAsSecret() throws Exception {
    byte[] pem = Jwt.pem(RSA.getPublic());
    TokenVerifier naive =
        new TokenVerifier() {
          @Override
          List<VerificationKey> candidates(
              VerificationKeys keys, String algorithm, @Nullable String id) {
            return keys.keys();
          }

          @Override
          boolean signedBy(VerificationKey key, String algorithm, CompactToken token) {
            return naively(token, new HmacKey(pem));
          }
        };
    String input = Jwt.base64("{\"alg\":\"HS256\"}") + '.' + Jwt.base64(Jwt.json(Jwt.claims()));
    refusedUnless(naive, input + '.' + Jwt.base64(Jwt.mac("HmacSHA256", pem, input)));
  }

  @Test
  void withTheAlgorithmTakenFromTheTokenNoneNeedsNoSignature() throws Exception {
    JsonWebSignature none = new JsonWebSignature();
    none.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
    none.setAlgorithmHeaderValue("none");
    none.setPayload(Jwt.json(Jwt.claims()));
    String token = none.getCompactSerialization();
    JsonWebSignature naive = new JsonWebSignature();
    naive.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
    naive.setCompactSerialization(token);
    assertThat(naive.verifySignature()).as("a naive verifier").isTrue();
    assertThatThrownBy(() -> tokens(new TokenVerifier()).caller(token, PEER, RULES))
        .hasMessageContaining("signature is missing");
  }

  private static boolean naively(CompactToken token, Key key) {
    try {
      JsonWebSignature signature = new JsonWebSignature();
      signature.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
      signature.setCompactSerialization(token.text());
      signature.setKey(key);
      return signature.verifySignature();
    } catch (JoseException e) {
      return false;
    }
  }

  @Test
  void aCachedTokenIsStillLookedAt() throws Exception {
    Instant[] now = {Instant.now()};
    Clock clock =
        new Clock() {
          @Override
          public Instant instant() {
            return now[0];
          }

          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }
        };
    boolean[] ended = {false};
    Tokens tokens =
        new Tokens(
            () -> List.of(c -> ended[0] ? Optional.of("Its session has ended.") : Optional.empty()),
            clock);
    tokens.use(Jwt.pem(RSA.getPublic()), "jwt.pem");
    String token = good("aud", "this-server");
    Caller caller = tokens.caller(token, PEER, RULES);
    assertThat(caller.audiences()).containsExactly("this-server");
    assertThat(tokens.cached()).isEqualTo(1);
    ended[0] = true;
    assertThatThrownBy(() -> tokens.caller(token, PEER, RULES))
        .hasMessage("Its session has ended.");
    ended[0] = false;
    Tokens.Rules renamed = new Tokens.Rules("other-server", RULES.skew(), NAMES, Set.of());
    assertThatThrownBy(() -> tokens.caller(token, PEER, renamed)).hasMessageContaining("another");
    assertThat(tokens.caller(token, PEER, RULES).subject()).isEqualTo("user-1");
    now[0] = now[0].plusSeconds(3600 + 31);
    assertThatThrownBy(() -> tokens.caller(token, PEER, RULES)).hasMessageContaining("expired");
  }

  @Test
  void theCacheIsBoundedAndHoldsGoodTokensOnly() throws Exception {
    Tokens tokens = tokens(new TokenVerifier());
    KeyPair ec = Jwt.pair("EC secp256r1");
    tokens.use(Jwt.pem(ec.getPublic()), "jwt.pem");
    for (int i = 0; i < 1100; i++) {
      tokens.caller(Jwt.token("ES256", ec.getPrivate(), Jwt.claims("jti", "t" + i)), PEER, RULES);
    }
    assertThat(tokens.cached()).isEqualTo(1024);
    tokens.use(Jwt.pem(RSA.getPublic()), "jwt.pem");
    assertThat(tokens.cached()).as("goes with its keys").isZero();
    String bad = Jwt.token("RS256", STRANGER.getPrivate(), Jwt.claims());
    assertThatThrownBy(() -> tokens.caller(bad, PEER, RULES)).isInstanceOf(TokenException.class);
    assertThat(tokens.cached()).isZero();
  }

  @Test
  void keyFilesThatCannotBeUsedSayWhy() {
    Map<String, String> files =
        Map.of(
            "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
            "symmetric",
            "{\"keys\":[]}",
            "holds no public key",
            "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"d\":\"AA\"}]}",
            "private key",
            "{\"a\":",
            "not a JWK set",
            "{\"keys\":[],\"keys\":[]}",
            "not a JWK set",
            "{\"keys\":[7]}",
            "not a JWK set",
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
            "CERTIFICATE REQUEST",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
            "damaged",
            new String(Jwt.pem(Jwt.pair("RSA 1024").getPublic())),
            "1024 bits",
            new String(Jwt.pem(Jwt.pair("Ed448").getPublic())),
            "not supported");
    files.forEach(
        (content, says) ->
            assertThatThrownBy(
                    () ->
                        VerificationKeys.read(
                            content.getBytes(StandardCharsets.UTF_8), "/etc/jwt.pem"))
                .as(content)
                .isInstanceOf(UnusableException.class)
                .hasMessageContaining("/etc/jwt.pem")
                .hasMessageContaining(says));
  }
}
