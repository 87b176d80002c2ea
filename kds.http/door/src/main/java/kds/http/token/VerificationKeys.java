package kds.http.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kds.http.pem.Certificates;
import kds.http.pem.Keys;
import kds.http.pem.Pem;
import kds.http.pem.UnusableException;
import org.jspecify.annotations.Nullable;

/**
 * What the file {@code jwt_public_key} holds: PEM public keys and certificates, one or several, or
 * a JWK set.
 *
 * @param keys at least one
 */
record VerificationKeys(List<VerificationKey> keys) {
  private static final int MOST_KEYS = 16;

  /** Takes a copy of the list. */
  VerificationKeys {
    keys = List.copyOf(keys);
  }

  /**
   * Reads the file's content.
   *
   * @throws UnusableException when any key in it cannot be used: half a key file is a mistake
   */
  static VerificationKeys read(byte[] content, String file) throws UnusableException {
    List<VerificationKey> keys =
        firstCharacter(content) == '{' ? JwkSet.read(content, file) : pem(content, file);
    if (keys.isEmpty()) {
      throw new UnusableException(
          file
              + " holds no public key. Put a PEM public key, a PEM certificate or a JWK set there.");
    }
    if (keys.size() > MOST_KEYS) {
      throw new UnusableException(
          file + " holds " + keys.size() + " keys. Keep at most " + MOST_KEYS + '.');
    }
    return new VerificationKeys(keys);
  }

  /**
   * Those that a token may be signed by. Its {@code kid} only chooses among the known ones: it is
   * compared, never looked up anywhere.
   */
  List<VerificationKey> candidates(String algorithm, @Nullable String id) {
    List<VerificationKey> fit =
        keys.stream().filter(k -> k.algorithms().contains(algorithm)).toList();
    if (id == null) {
      return fit;
    }
    List<VerificationKey> named = fit.stream().filter(k -> id.equals(k.id())).toList();
    return named.isEmpty() ? fit.stream().filter(k -> k.id() == null).toList() : named;
  }

  private static List<VerificationKey> pem(byte[] content, String file) throws UnusableException {
    List<VerificationKey> keys = new ArrayList<>();
    for (Pem pem : Pem.read(content, file)) {
      if (Certificates.is(pem)) {
        keys.add(VerificationKey.of(Certificates.one(pem, file).getPublicKey(), null, file));
      } else if (pem.label().equals("PUBLIC KEY") || pem.label().equals("RSA PUBLIC KEY")) {
        keys.add(VerificationKey.of(Keys.publicKey(pem, file), null, file));
      } else if (pem.label().toUpperCase(Locale.ROOT).contains("PRIVATE KEY")) {
        throw new UnusableException(
            file
                + " holds a private key. The service needs the public one only: openssl pkey -in"
                + " private.pem -pubout -out jwt.pem");
      } else {
        throw new UnusableException(
            file
                + " holds a '"
                + pem.label()
                + "'. Put a PEM public key, a PEM certificate or a JWK set there.");
      }
    }
    return keys;
  }

  private static char firstCharacter(byte[] content) {
    for (byte b : content) {
      if (!Character.isWhitespace(b)) {
        return (char) b;
      }
    }
    return ' ';
  }
}
