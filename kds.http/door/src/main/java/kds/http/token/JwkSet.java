package kds.http.token;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kds.http.pem.UnusableException;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** Reads a JWK set, or a single JWK (RFC 7517). */
final class JwkSet {
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

  private static final Set<String> KINDS = Set.of("RSA", "EC", "OKP");

  private JwkSet() {}

  static List<VerificationKey> read(byte[] content, String file) throws UnusableException {
    try {
      Map<String, Object> json = JsonUtil.parseJson(new String(content, StandardCharsets.UTF_8));
      List<VerificationKey> keys = new ArrayList<>();
      if (json.get("keys") instanceof List<?> members) {
        for (Object member : members) {
          add(keys, member, file);
        }
      } else {
        add(keys, json, file);
      }
      return keys;
    } catch (JoseException | RuntimeException e) {
      // Runtime exceptions, too: that is what the JDK says of a point that is on no curve.
      throw new UnusableException(
          file + " looks like JSON but is not a JWK set: " + e.getMessage(), e);
    }
  }

  private static void add(List<VerificationKey> keys, Object member, String file)
      throws UnusableException, JoseException {
    Map<String, Object> jwk = parameters(member);
    if ("oct".equals(jwk.get("kty"))) {
      throw new UnusableException(
          file
              + " holds a symmetric key (kty oct). Who can verify with it can also sign with it, so"
              + " it is never used. Put public keys there.");
    }
    if (jwk.keySet().stream().anyMatch(PRIVATE::contains)) {
      throw new UnusableException(
          file + " holds a private key. Remove its private members; the public ones are needed.");
    }
    if (!forVerification(jwk)) {
      return;
    }
    PublicJsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(jwk);
    VerificationKey found = VerificationKey.of(key.getPublicKey(), key.getKeyId(), file);
    keys.add(key.getAlgorithm() == null ? found : found.only(key.getAlgorithm(), file));
  }

  /** A set may also hold keys for encryption, or of kinds yet unknown: they are none of ours. */
  private static boolean forVerification(Map<String, Object> jwk) {
    boolean use = jwk.getOrDefault("use", "sig").equals("sig");
    boolean operations = !(jwk.get("key_ops") instanceof List<?> ops) || ops.contains("verify");
    return use && operations && KINDS.contains(jwk.getOrDefault("kty", ""));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> parameters(Object member) {
    return (Map<String, Object>) member;
  }
}
