package kds.http.token;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kds.http.pem.UnusableException;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** Reads a JWK set, or a single JWK (RFC 7517). */
final class JwkSet {
  private static final Set<String> PRIVATE = Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "k");

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
    } catch (JoseException | ClassCastException e) {
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
    JsonWebKey key = JsonWebKey.Factory.newJwk(jwk);
    if (!forVerification(key)) {
      return;
    }
    if (!(key instanceof PublicJsonWebKey verifying)) {
      throw new UnusableException(file + " holds a key of kind " + key.getKeyType() + '.');
    }
    VerificationKey found = VerificationKey.of(verifying.getPublicKey(), key.getKeyId(), file);
    keys.add(key.getAlgorithm() == null ? found : found.only(key.getAlgorithm(), file));
  }

  /** A set may also hold keys for encryption: they are none of ours. */
  private static boolean forVerification(JsonWebKey key) {
    boolean use = key.getUse() == null || key.getUse().equals("sig");
    return use && (key.getKeyOps() == null || key.getKeyOps().contains("verify"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> parameters(Object member) {
    return (Map<String, Object>) member;
  }
}
