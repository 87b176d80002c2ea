package kds.http.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import kds.api.host.HostException;
import kds.api.host.OperatorFiles;
import kds.http.pem.Pem;
import kds.http.pem.UnusableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a key (EC P-256) and a certificate for it, signed by itself, at first start; and a new
 * certificate for that key before the old one expires.
 */
final class SelfSigned {
  private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);

  /** What marks a certificate as made here. */
  private static final String ORGANIZATION = "KDS self-signed";

  private static final Duration VALIDITY = Duration.ofDays(3650);
  private static final Duration CLOCKS_DIFFER = Duration.ofDays(1);

  private SelfSigned() {}

  /**
   * Makes the pair and puts both files in place, each at once and complete.
   *
   * @throws UnusableException when that fails
   */
  static void make(OperatorFiles files, Path keyFile, Path certificateFile)
      throws UnusableException {
    try {
      KeyPair pair = pair();
      String certificate = certificate(pair, Instant.now());
      String key = Pem.write("PRIVATE KEY", pair.getPrivate().getEncoded());
      files.put(keyFile, bytes(key), true);
      files.put(certificateFile, bytes(certificate), false);
      LOG.info("Made a self-signed certificate in {}, its key in {}", certificateFile, keyFile);
    } catch (IOException | GeneralSecurityException | HostException e) {
      throw new UnusableException(
          "No self-signed certificate could be made in "
              + certificateFile
              + ": "
              + e.getMessage()
              + " Mend that, or put a certificate and its key there, in PEM form.",
          e);
    }
  }

  /** Whether this is what {@link #make} makes, so that it may be replaced without asking. */
  static boolean made(Identity identity) {
    X509Certificate certificate = identity.chain().getFirst();
    X500Principal subject = certificate.getSubjectX500Principal();
    if (identity.chain().size() > 1
        || !identity.key().getAlgorithm().equals("EC")
        || !subject.equals(certificate.getIssuerX500Principal())
        || !subject.getName().matches("CN=[^,+]+,O=" + ORGANIZATION)) {
      return false;
    }
    try {
      certificate.verify(certificate.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * Puts a new certificate for the same key in the old one's place: whoever trusts the key need not
   * be told.
   *
   * @throws UnusableException when that fails; the old one is still there
   */
  static void renew(OperatorFiles files, Identity identity, Path certificateFile, Instant now)
      throws UnusableException {
    KeyPair pair = new KeyPair(identity.chain().getFirst().getPublicKey(), identity.key());
    try {
      files.put(certificateFile, bytes(certificate(pair, now)), false);
      LOG.info("Renewed the self-signed certificate in {} under the same key", certificateFile);
    } catch (IOException | GeneralSecurityException | HostException e) {
      throw new UnusableException(
          "The self-signed certificate in "
              + certificateFile
              + " could not be renewed: "
              + e.getMessage()
              + " Mend that, or put a certificate of your own there.",
          e);
    }
  }

  private static String certificate(KeyPair pair, Instant now)
      throws IOException, GeneralSecurityException {
    List<String> names = HostNames.dnsNames();
    List<InetAddress> addresses = HostNames.addresses();
    LOG.info(
        "A self-signed certificate is made for {} {}",
        names,
        addresses.stream().map(a -> a.getHostAddress().replaceFirst("%.*", "")).toList());
    byte[] certificate =
        CertificateWriter.selfSigned(
            pair,
            new X500Principal("CN=" + HostNames.canonical() + ",O=" + ORGANIZATION),
            names,
            addresses,
            now.minus(CLOCKS_DIFFER),
            now.plus(VALIDITY));
    return Pem.write("CERTIFICATE", certificate);
  }

  /** Makes a pair for {@code localhost} that is kept in memory only, good for a day. */
  static Identity forgotten() throws GeneralSecurityException {
    KeyPair pair = pair();
    Instant now = Instant.now();
    byte[] certificate =
        CertificateWriter.selfSigned(
            pair,
            new X500Principal("CN=localhost"),
            List.of("localhost"),
            List.of(),
            now.minus(CLOCKS_DIFFER),
            now.plus(CLOCKS_DIFFER));
    return new Identity(
        pair.getPrivate(),
        List.of(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificate))));
  }

  private static KeyPair pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static byte[] bytes(String pem) {
    return pem.getBytes(StandardCharsets.US_ASCII);
  }
}
