package kds.http.pem;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** X.509 certificates out of PEM blocks. */
public final class Certificates {
  private Certificates() {}

  /** Whether a block is a certificate. */
  public static boolean is(Pem pem) {
    return pem.label().equals("CERTIFICATE")
        || pem.label().equals("X509 CERTIFICATE")
        || pem.label().equals("TRUSTED CERTIFICATE");
  }

  /**
   * Every certificate of a file, in its order.
   *
   * @throws UnusableException when there is none or one cannot be read
   */
  public static List<X509Certificate> all(byte[] content, String file) throws UnusableException {
    List<X509Certificate> chain = new ArrayList<>();
    for (Pem pem : Pem.read(content, file)) {
      if (is(pem)) {
        chain.add(one(pem, file));
      }
    }
    if (chain.isEmpty()) {
      throw new UnusableException(
          file
              + " holds no certificate. It must hold one in PEM form (-----BEGIN CERTIFICATE-----).");
    }
    return chain;
  }

  /**
   * The certificate of one block.
   *
   * @throws UnusableException when it cannot be read
   */
  public static X509Certificate one(Pem pem, String file) throws UnusableException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(pem.der()));
    } catch (CertificateException e) {
      throw new UnusableException(
          "A certificate in " + file + " is damaged. Copy the file again.", e);
    }
  }
}
