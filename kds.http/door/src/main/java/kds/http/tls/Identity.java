package kds.http.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import kds.http.pem.Certificates;
import kds.http.pem.Keys;
import kds.http.pem.UnusableException;

/**
 * A private key and the certificates that go with it, known to belong together.
 *
 * @param key the private key
 * @param chain the server's certificate, then those that vouch for it
 */
public record Identity(PrivateKey key, List<X509Certificate> chain) {
  /** Takes a copy of the chain. */
  public Identity {
    chain = List.copyOf(chain);
  }

  /**
   * Reads and checks a pair.
   *
   * @param keyFile where the key comes from, for messages
   * @param certificateFile where the certificates come from, for messages
   * @throws UnusableException when either cannot be used or they do not belong together
   */
  static Identity read(byte[] key, String keyFile, byte[] certificates, String certificateFile)
      throws UnusableException {
    PrivateKey privateKey = Keys.privateKey(key, keyFile);
    List<X509Certificate> chain = Certificates.all(certificates, certificateFile);
    if (!List.of("RSA", "EC").contains(privateKey.getAlgorithm())) {
      throw new UnusableException(
          "TLS clients widely support RSA and EC keys only, and "
              + keyFile
              + " holds one for "
              + privateKey.getAlgorithm()
              + ". Use an RSA or EC key.");
    }
    if (privateKey instanceof RSAKey rsa && rsa.getModulus().bitLength() < 2048) {
      throw new UnusableException(
          "The RSA key in "
              + keyFile
              + " has "
              + rsa.getModulus().bitLength()
              + " bits; clients refuse less than 2048. Make a longer one.");
    }
    if (!belong(privateKey, chain.getFirst())) {
      throw new UnusableException(mismatch(privateKey, keyFile, chain, certificateFile));
    }
    return new Identity(privateKey, chain);
  }

  private static String mismatch(
      PrivateKey key, String keyFile, List<X509Certificate> chain, String certificateFile) {
    for (X509Certificate other : chain) {
      if (belong(key, other)) {
        return "The first certificate in "
            + certificateFile
            + " is not the server's own. Put the server's certificate first, then its issuers.";
      }
    }
    return "The key in "
        + keyFile
        + " and the certificate in "
        + certificateFile
        + " do not belong together. Replace both files by a matching pair.";
  }

  /** Whether a signature by the key is one by the certificate: holds for every kind of key. */
  private static boolean belong(PrivateKey key, X509Certificate certificate) {
    if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
      return false;
    }
    try {
      Signature signature =
          Signature.getInstance(
              key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
      byte[] probe = certificate.getSerialNumber().toByteArray();
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** What clients will complain about or soon will; empty when all is well. */
  public List<String> warnings(Instant now) {
    List<String> warnings = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      Validity validity = Validity.of(certificate, now);
      String whose = "The certificate of " + validity.name();
      if (validity.isEarly()) {
        warnings.add(
            whose
                + " is valid only from "
                + certificate.getNotBefore().toInstant()
                + ". Check the clock of this machine, or wait.");
      } else if (validity.isOver()) {
        warnings.add(whose + " expired on " + validity.until() + ". Renew it.");
      } else if (validity.endsSoon()) {
        warnings.add(whose + " expires on " + validity.until() + ". Renew it soon.");
      }
    }
    return warnings;
  }
}
