package kds.http.token;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import kds.http.pem.UnusableException;
import org.jspecify.annotations.Nullable;

/**
 * A key that tokens may be signed by.
 *
 * @param key the key
 * @param id its {@code kid}, null where the file gives it none
 * @param algorithms what it verifies: decided by the kind of key, never by a token (RFC 8725,
 *     section 3.1)
 */
record VerificationKey(PublicKey key, @Nullable String id, Set<String> algorithms) {
  private static final int LEAST_RSA_BITS = 2048;
  private static final int MOST_RSA_BITS = 16384;

  /** Finds out which algorithms go with a key. */
  static VerificationKey of(PublicKey key, @Nullable String id, String file)
      throws UnusableException {
    return new VerificationKey(key, id, algorithms(key, file));
  }

  /** The same, only for one of its algorithms: a JWK may say which ({@code alg}). */
  VerificationKey only(String algorithm, String file) throws UnusableException {
    if (!algorithms.contains(algorithm)) {
      throw new UnusableException(
          "A key in "
              + file
              + " is meant for the algorithm '"
              + algorithm
              + "', which does not go with its kind. It could be used for: "
              + String.join(", ", algorithms.stream().sorted().toList()));
    }
    return new VerificationKey(key, id, Set.of(algorithm));
  }

  private static Set<String> algorithms(PublicKey key, String file) throws UnusableException {
    if (key instanceof RSAPublicKey rsa) {
      int bits = rsa.getModulus().bitLength();
      if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS) {
        throw new UnusableException(
            "The RSA key in "
                + file
                + " has "
                + bits
                + " bits. Use one of 2048 to 16384 (RFC 7518, section 3.3).");
      }
      return Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
    }
    if (key instanceof ECPublicKey ec) {
      return switch (ec.getParams().getCurve().getField().getFieldSize()) {
        case 256 -> Set.of("ES256");
        case 384 -> Set.of("ES384");
        case 521 -> Set.of("ES512");
        default ->
            throw new UnusableException(
                "The EC key in "
                    + file
                    + " is on a curve that JWT has no algorithm for. Use"
                    + " P-256, P-384 or P-521.");
      };
    }
    if (key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
      return Set.of("EdDSA");
    }
    throw new UnusableException(
        file + " holds a key for " + key.getAlgorithm() + ". Use RSA, EC or Ed25519.");
  }
}
