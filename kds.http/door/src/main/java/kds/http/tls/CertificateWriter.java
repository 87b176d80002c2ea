package kds.http.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import kds.http.pem.Der;

/**
 * Writes the one kind of X.509 certificate that is needed: version 3, for an EC key, signed by that
 * key with SHA-256 (RFC 5280, section 4.1; RFC 5758).
 *
 * <p>The JDK reads certificates but has no public API that writes them. The two other ways cost
 * more than they are worth here: a library adds ten megabytes to every installation, {@code
 * keytool} a second JVM to the first start.
 */
final class CertificateWriter {
  private static final String ECDSA_WITH_SHA256 = "2a8648ce3d040302";
  private static final String SUBJECT_ALTERNATIVE_NAME = "551d11";
  private static final String EXTENDED_KEY_USAGE = "551d25";
  private static final String SERVER_AUTHENTICATION = "2b06010505070301";

  private static final int CONTEXT_3 = 0xA3;
  private static final int UTC_TIME = 0x17;
  private static final int GENERALIZED_TIME = 0x18;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;
  private static final int SERIAL_BITS = 120;

  /** From this year on RFC 5280 (section 4.1.2.5) wants four digits. */
  private static final int FOUR_DIGITS_FROM = 2050;

  private CertificateWriter() {}

  /**
   * Makes a certificate.
   *
   * @param pair an EC key pair
   * @param subject whose it is
   * @return its DER
   */
  static byte[] selfSigned(
      KeyPair pair,
      X500Principal subject,
      List<String> dnsNames,
      List<InetAddress> addresses,
      Instant from,
      Instant until)
      throws GeneralSecurityException {
    byte[] algorithm = Der.value(Der.SEQUENCE, Der.objectId(ECDSA_WITH_SHA256));
    BigInteger serial = new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS);
    byte[] content =
        Der.value(
            Der.SEQUENCE,
            Der.value(Der.CONTEXT_0, Der.value(Der.INTEGER, new byte[] {2})),
            Der.value(Der.INTEGER, serial.toByteArray()),
            algorithm,
            subject.getEncoded(),
            Der.value(Der.SEQUENCE, time(from), time(until)),
            subject.getEncoded(),
            pair.getPublic().getEncoded(),
            Der.value(CONTEXT_3, extensions(dnsNames, addresses)));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(content);
    return Der.value(
        Der.SEQUENCE,
        content,
        algorithm,
        Der.value(Der.BIT_STRING, new byte[] {0}, signature.sign()));
  }

  private static byte[] extensions(List<String> dnsNames, List<InetAddress> addresses) {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (String name : dnsNames) {
      names.writeBytes(Der.value(DNS_NAME, name.getBytes(StandardCharsets.US_ASCII)));
    }
    for (InetAddress address : addresses) {
      names.writeBytes(Der.value(IP_ADDRESS, address.getAddress()));
    }
    return Der.value(
        Der.SEQUENCE,
        extension(SUBJECT_ALTERNATIVE_NAME, Der.value(Der.SEQUENCE, names.toByteArray())),
        extension(
            EXTENDED_KEY_USAGE, Der.value(Der.SEQUENCE, Der.objectId(SERVER_AUTHENTICATION))));
  }

  private static byte[] extension(String id, byte[] value) {
    return Der.value(Der.SEQUENCE, Der.objectId(id), Der.value(Der.OCTET_STRING, value));
  }

  private static byte[] time(Instant instant) {
    boolean longForm = instant.atOffset(ZoneOffset.UTC).getYear() >= FOUR_DIGITS_FROM;
    String pattern = longForm ? "yyyyMMddHHmmss'Z'" : "yyMMddHHmmss'Z'";
    String text = DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC).format(instant);
    return Der.value(
        longForm ? GENERALIZED_TIME : UTC_TIME, text.getBytes(StandardCharsets.US_ASCII));
  }
}
