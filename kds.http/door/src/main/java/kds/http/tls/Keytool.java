package kds.http.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's {@code keytool}, run once to make a certificate.
 *
 * <p>The JDK has no public API that writes certificates, but every JRE carries this tool, also one
 * made by jlink (it belongs to {@code java.base}): half a second at the first start, against ten
 * megabytes of a library in every installation.
 */
final class Keytool {
  private static final String ALIAS = "kds";
  private static final String DAYS = "3650";
  private static final int TIMEOUT_SECONDS = 60;

  /** A key and the certificate made for it. */
  record Pair(PrivateKey key, Certificate certificate) {}

  private Keytool() {}

  /**
   * Makes a key and a self-signed certificate.
   *
   * @param work an empty folder that only the service can enter
   * @param name the certificate's common name
   * @param alternatives subject alternative names in keytool's form
   */
  static Pair selfSigned(Path work, String name, List<String> alternatives)
      throws IOException, GeneralSecurityException {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    Path store = work.resolve("pair.p12");
    run(
        work.resolve("keytool.log"),
        password,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-validity",
            DAYS,
            "-dname",
            "CN=" + name + ", O=KDS self-signed",
            "-ext",
            "san=" + String.join(",", alternatives),
            "-ext",
            "eku=serverAuth",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass:env",
            "KDS_STORE"));
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password.toCharArray());
    }
    return new Pair(
        (PrivateKey) keys.getKey(ALIAS, password.toCharArray()), keys.getCertificate(ALIAS));
  }

  private static void run(Path log, String password, List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("KDS_STORE", password);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("keytool did not end within " + TIMEOUT_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException("keytool says: " + Files.readString(log).strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while keytool ran", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
