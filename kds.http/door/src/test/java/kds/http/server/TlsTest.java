package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final String GOOD = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims());

  @TempDir Path folder;

  @BeforeEach
  void openssl() {
    OpenSsl.needed();
  }

  private TestDoor open(Object... config) throws Exception {
    return TestDoor.open(folder, Jwt.pem(KEY.getPublic()), config);
  }

  @Test
  void aFirstCertificateIsMadeForThisMachine() throws Exception {
    try (TestDoor door = open()) {
      Path key = folder.resolve("key.pem");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
      X509Certificate served = served(door);
      served.verify(served.getPublicKey());
      served.checkValidity();
      assertThat(names(served)).contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
      assertThat(names(served))
          .contains(Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
      String text = OpenSsl.run(folder, "x509 -in cert.pem -noout -text");
      assertThat(text).contains("Version: 3", "TLS Web Server Authentication", "prime256v1");
      OpenSsl.run(
          folder, "verify -CAfile cert.pem -purpose sslserver -verify_hostname localhost cert.pem");
      try (var files = Files.list(folder)) {
        assertThat(files.map(f -> f.getFileName().toString()))
            .containsExactlyInAnyOrder("key.pem", "cert.pem", "jwt.pem");
      }
      byte[] before = Files.readAllBytes(key);
      door.modify("idle_timeout", "61s");
      assertThat(Files.readAllBytes(key)).isEqualTo(before);
    }
  }

  @Test
  void curlTrustsItByNameAndAddress() throws Exception {
    try (TestDoor door = open("address", "")) {
      for (String host : List.of("127.0.0.1", "localhost", "[::1]")) {
        Process curl =
            new ProcessBuilder(
                    "curl",
                    "-sS",
                    "-g",
                    "--cacert",
                    door.path("cert.pem"),
                    "-H",
                    "Authorization: Bearer " + GOOD,
                    "https://" + host + ':' + door.port() + "/x")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(curl.getInputStream().readAllBytes())).contains("subject=user-1");
      }
    }
  }

  @Test
  void onlyModernTlsIsSpoken() throws Exception {
    try (TestDoor door = open()) {
      String weak = " -cipher ALL:@SECLEVEL=0";
      for (String refused :
          List.of(
              "-tls1" + weak,
              "-tls1_1" + weak,
              "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256",
              "-tls1_2 -cipher ECDHE-ECDSA-AES256-SHA384",
              "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA",
              "-tls1_2 -cipher AES128-GCM-SHA256:AES256-GCM-SHA384",
              "-tls1_2 -cipher NULL:@SECLEVEL=0")) {
        assertThat(handshake(door, refused)).as(refused).contains("Cipher is (NONE)");
      }
      for (String accepted :
          List.of(
              "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256",
              "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384",
              "-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305",
              "-tls1_3 -ciphersuites TLS_AES_128_GCM_SHA256",
              "-tls1_3 -ciphersuites TLS_AES_256_GCM_SHA384",
              "-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256",
              "-tls1_3 -servername some.other.name")) {
        assertThat(handshake(door, accepted))
            .as(accepted)
            .contains("Cipher is ")
            .doesNotContain("(NONE)");
      }
    }
  }

  @Test
  void aSessionIsResumed() throws Exception {
    try (TestDoor door = open()) {
      for (String version : List.of("-tls1_2", "-tls1_3")) {
        String twice =
            bash(
                "(sleep 0.5; echo Q) | openssl s_client %1$s -connect 127.0.0.1:%2$d -sess_out s &&"
                    + " (sleep 0.5; echo Q) | openssl s_client %1$s -connect 127.0.0.1:%2$d -sess_in s",
                version, door.port());
        assertThat(twice).as(version).contains("Reused, ");
      }
    }
  }

  @Test
  void renegotiationIsRefused() throws Exception {
    try (TestDoor door = open()) {
      String said =
          bash(
              "(sleep 0.3; echo R; sleep 1; printf 'GET /x HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'; sleep 0.5)"
                  + " | openssl s_client -tls1_2 -connect 127.0.0.1:%d",
              door.port());
      assertThat(said).contains("RENEGOTIATING").doesNotContain("HTTP/1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "genrsa -traditional -out key.pem 2048",
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem",
        "ecparam -name prime256v1 -genkey -out key.pem",
        "ecparam -name secp384r1 -genkey -noout -out key.pem",
        "ecparam -name secp521r1 -genkey -noout -out key.pem",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"
      })
  void everyCommonFormOfKeyIsRead(String command) throws Exception {
    pair(command, "req -x509 -new -key key.pem -subj /CN=given -days 5 -text -out cert.pem");
    try (TestDoor door = open()) {
      assertThat(served(door).getSubjectX500Principal().getName()).isEqualTo("CN=given");
      assertThat(door.getAs(GOOD, "/x").statusCode()).isEqualTo(200);
      assertThat(door.log()).contains("valid until").doesNotContain("self-signed");
    }
  }

  @Test
  void aChainIsServedWhole() throws Exception {
    chain();
    Files.writeString(
        folder.resolve("cert.pem"),
        Files.readString(folder.resolve("leaf.pem")) + Files.readString(folder.resolve("ca.pem")));
    try (TestDoor door = open()) {
      assertThat(handshake(door, "-tls1_3 -CAfile ca.pem -showcerts"))
          .contains("Verify return code: 0 (ok)")
          .containsSubsequence("BEGIN CERTIFICATE", "BEGIN CERTIFICATE");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "genpkey -algorithm RSA -aes256 -pass pass:abcd -out key.pem;is encrypted",
        "genrsa -traditional -aes128 -passout pass:abcd -out key.pem 2048;is encrypted",
        "genpkey -algorithm ED25519 -out key.pem;Use an RSA or EC key",
        "genrsa -out key.pem 1024;1024 bits",
        "genpkey -algorithm X25519 -out key.pem;not supported",
        "rand -hex -out key.pem 64;holds no private key"
      })
  void aKeyThatCannotServeIsNamed(String command, String says) throws Exception {
    OpenSsl.run(
        folder, "req -x509 -newkey rsa:2048 -nodes -keyout other.pem -subj /CN=a -out cert.pem");
    OpenSsl.run(folder, command);
    Files.setPosixFilePermissions(
        folder.resolve("key.pem"), PosixFilePermissions.fromString("rw-------"));
    assertUnusable(says);
  }

  @Test
  void aPairThatCannotServeIsNamed() throws Exception {
    chain();
    String leaf = Files.readString(folder.resolve("leaf.pem"));
    String ca = Files.readString(folder.resolve("ca.pem"));
    Path certificate = folder.resolve("cert.pem");
    Files.writeString(certificate, ca + leaf);
    assertUnusable("Put the server's certificate first");
    Files.writeString(certificate, ca);
    assertUnusable("do not belong together");
    Files.writeString(certificate, leaf.substring(0, leaf.length() - 40));
    assertUnusable("has no end");
    Files.writeString(
        certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertUnusable("is damaged");
    Files.delete(certificate);
    assertUnusable("is missing while");
    Files.writeString(certificate, leaf);
    Files.setPosixFilePermissions(
        folder.resolve("key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    assertUnusable("Everybody on this machine can read the private key");
  }

  /** The door does not listen, says why, and listens as soon as the pair is good. */
  private void assertUnusable(String says) throws Exception {
    byte[] key = Files.readAllBytes(folder.resolve("key.pem"));
    try (TestDoor door = new TestDoor(folder)) {
      door.startOnly();
      door.awaitLog(says);
      assertThat(door.announced).isEmpty();
      assertThat(door.log()).contains("cannot listen until there is a usable pair");
      assertThat(Files.readAllBytes(folder.resolve("key.pem"))).isEqualTo(key);
    }
  }

  @Test
  void anExpiredCertificateServesAndWarns() throws Exception {
    bash(
        "%s/bin/keytool -genkeypair -alias a -keyalg EC -startdate -10d -validity 5 -dname CN=old"
            + " -keystore a.p12 -storepass abcdef && openssl pkcs12 -in a.p12 -passin pass:abcdef"
            + " -nodes -nocerts -out key.pem && openssl pkcs12 -in a.p12 -passin pass:abcdef"
            + " -nokeys -out cert.pem && chmod 600 key.pem",
        System.getProperty("java.home"));
    try (TestDoor door = open()) {
      door.awaitLog("expired on");
      assertThat(door.getAs(GOOD, "/x").statusCode()).isEqualTo(200);
    }
  }

  private void pair(String key, String certificate) throws IOException {
    OpenSsl.run(folder, key);
    OpenSsl.run(folder, certificate);
    Files.setPosixFilePermissions(
        folder.resolve("key.pem"), PosixFilePermissions.fromString("rw-r-----"));
  }

  private void chain() throws IOException {
    OpenSsl.run(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout cakey.pem -subj /CN=ca -days 5 -out ca.pem");
    OpenSsl.run(
        folder, "req -new -newkey rsa:2048 -nodes -keyout key.pem -subj /CN=leaf -out leaf.csr");
    OpenSsl.run(
        folder,
        "x509 -req -in leaf.csr -CA ca.pem -CAkey cakey.pem -CAcreateserial -days 4 -out leaf.pem");
  }

  private String handshake(TestDoor door, String options) {
    return OpenSsl.tryRun(folder, "s_client -connect 127.0.0.1:" + door.port() + ' ' + options)[1];
  }

  private String bash(String format, Object... args) throws Exception {
    Process process =
        new ProcessBuilder("bash", "-c", format.formatted(args))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes());
  }

  static X509Certificate served(TestDoor door) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) Trusting.trustAll().getSocketFactory().createSocket("127.0.0.1", door.port())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static List<String> names(X509Certificate certificate) throws Exception {
    Collection<List<?>> names = certificate.getSubjectAlternativeNames();
    return names.stream().map(n -> (String) n.get(1)).toList();
  }
}
