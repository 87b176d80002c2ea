package kds.http.pem;

import static java.util.Map.entry;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Keys out of PEM blocks. */
public final class Keys {
  /** Object identifiers, as the content octets in hex, and the JDK's names for them. */
  private static final String RSA = "2a864886f70d010101";

  private static final String EC = "2a8648ce3d0201";
  private static final Map<String, String> ALGORITHMS =
      Map.ofEntries(entry(RSA, "RSA"), entry(EC, "EC"), entry("2b6570", "Ed25519"));

  private Keys() {}

  /**
   * The private key of a file: PKCS#8, PKCS#1 (RSA) or SEC1 (EC), not encrypted.
   *
   * @throws UnusableException when there is none, more than one, or one that cannot be read
   */
  public static PrivateKey privateKey(byte[] content, String file) throws UnusableException {
    List<Pem> keys =
        Pem.read(content, file).stream().filter(b -> b.label().endsWith("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw new UnusableException(
          file
              + (keys.isEmpty() ? " holds no private key." : " holds more than one private key.")
              + " It must hold one, in PEM form (-----BEGIN PRIVATE KEY-----).");
    }
    Pem pem = keys.getFirst();
    if (pem.encrypted() || pem.label().equals("ENCRYPTED PRIVATE KEY")) {
      throw new UnusableException(
          "The private key in "
              + file
              + " is encrypted, and the service has nobody to ask for the pass phrase. Decrypt it:"
              + " openssl pkey -in encrypted.pem -out key.pem");
    }
    try {
      byte[] pkcs8 = pkcs8(pem, file);
      return factory(Der.values(Der.values(pkcs8).getFirst().content()).get(1), file)
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new UnusableException(
          "The private key in " + file + " is damaged. Copy the file again.", e);
    }
  }

  /**
   * The public key of one block: SubjectPublicKeyInfo ({@code PUBLIC KEY}) or PKCS#1 ({@code RSA
   * PUBLIC KEY}).
   *
   * @throws UnusableException when it cannot be read
   */
  public static PublicKey publicKey(Pem pem, String file) throws UnusableException {
    try {
      byte[] spki = pem.der();
      if (pem.label().equals("RSA PUBLIC KEY")) {
        spki = Der.value(Der.SEQUENCE, rsa(), Der.value(Der.BIT_STRING, new byte[] {0}, pem.der()));
      }
      return factory(Der.values(Der.values(spki).getFirst().content()).getFirst(), file)
          .generatePublic(new X509EncodedKeySpec(spki));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new UnusableException(
          "The public key in " + file + " is damaged. Copy the file again.", e);
    }
  }

  private static byte[] pkcs8(Pem pem, String file) throws UnusableException {
    return switch (pem.label()) {
      case "PRIVATE KEY" -> pem.der();
      case "RSA PRIVATE KEY" -> envelope(rsa(), pem.der());
      case "EC PRIVATE KEY" -> envelope(ec(pem.der(), file), pem.der());
      default ->
          throw new UnusableException(
              "'"
                  + pem.label()
                  + "' in "
                  + file
                  + " is a form of key that TLS does not use. Convert it to PKCS#8:"
                  + " openssl pkey -in other.pem -out key.pem");
    };
  }

  /** PrivateKeyInfo of RFC 5208. */
  private static byte[] envelope(byte[] algorithm, byte[] key) {
    return Der.value(
        Der.SEQUENCE,
        Der.value(Der.INTEGER, new byte[] {0}),
        algorithm,
        Der.value(Der.OCTET_STRING, key));
  }

  private static byte[] rsa() {
    return Der.value(Der.SEQUENCE, Der.objectId(RSA), Der.value(Der.NULL));
  }

  /** The algorithm of a SEC1 key (RFC 5915): its curve is the optional field [0]. */
  private static byte[] ec(byte[] sec1, String file) throws UnusableException {
    for (Der.Value field : Der.values(Der.values(sec1).getFirst().content())) {
      if (field.tag() == Der.CONTEXT_0) {
        return Der.value(Der.SEQUENCE, Der.objectId(EC), field.content());
      }
    }
    throw new UnusableException(
        "The EC key in "
            + file
            + " does not name its curve. Convert it to PKCS#8: openssl pkey -in other.pem -out"
            + " key.pem");
  }

  private static KeyFactory factory(Der.Value algorithm, String file)
      throws UnusableException, GeneralSecurityException {
    String id = HexFormat.of().formatHex(Der.values(algorithm.content()).getFirst().content());
    String name = ALGORITHMS.get(id);
    if (name == null) {
      throw new UnusableException(
          file + " holds a key of a kind that is not supported. Use RSA, EC or Ed25519.");
    }
    return KeyFactory.getInstance(name);
  }
}
