package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.apache.felix.hc.api.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of certificates: what is told, and what is renewed. */
final class CertificateTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final String GOOD = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims());
  private static final String MAKE =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem";

  @TempDir Path folder;
  private Path key;
  private Path certificate;

  private final PlainFiles files = new PlainFiles();

  @BeforeEach
  void paths() {
    key = folder.resolve("key.pem");
    certificate = folder.resolve("cert.pem");
  }

  @ParameterizedTest
  @CsvSource({
    "0,OK,39 days left",
    "15,WARN,24 days left. Put a renewed one there",
    "35,CRITICAL,4 days left. Put a renewed one there",
    "41,CRITICAL,it has expired",
    "-2,WARN,Check the clock"
  })
  void tellsTheDaysThatAreLeftAndLeavesAnOperatorsCertificateAlone(
      int later, Result.Status status, String text) throws Exception {
    OpenSsl.needed();
    OpenSsl.run(folder, MAKE + " -subj /CN=operator -days 40");
    byte[] before = Files.readAllBytes(certificate);
    Result result = shown(Duration.ofDays(later)).health(true);
    assertThat(result.getStatus()).isEqualTo(status);
    assertThat(result.toString()).contains(text, certificate.toString());
    assertThat(certificate).hasBinaryContent(before);
  }

  @ParameterizedTest
  @CsvSource({"3610,false", "3630,true", "3700,true", "-10,true"})
  void renewsItsOwnUnderTheSameKey(int later, boolean due) throws Exception {
    shown(Duration.ZERO);
    byte[] keyBefore = Files.readAllBytes(key);
    byte[] before = Files.readAllBytes(certificate);
    Result result = shown(Duration.ofDays(later)).health(true);
    assertThat(result.getStatus()).isEqualTo(Result.Status.OK);
    assertThat(key).hasBinaryContent(keyBefore);
    assertThat(Arrays.equals(Files.readAllBytes(certificate), before)).isNotEqualTo(due);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(certificate)))
        .isEqualTo("rw-r--r--");
  }

  @Test
  void leavesALinkAlone() throws Exception {
    shown(Duration.ZERO);
    Path elsewhere = Files.move(certificate, folder.resolve("elsewhere.pem"));
    Files.createSymbolicLink(certificate, elsewhere);
    Result result = shown(Duration.ofDays(3645)).health(true);
    assertThat(result.getStatus()).isEqualTo(Result.Status.CRITICAL);
    assertThat(certificate).isSymbolicLink();
  }

  @Test
  void showsTheOldOneAndSaysSoWhenItCannotBeRenewed() throws Exception {
    shown(Duration.ZERO);
    files.full = true;
    Result result = shown(Duration.ofDays(3630)).health(true);
    assertThat(result.getStatus()).isEqualTo(Result.Status.WARN);
    assertThat(result.toString()).contains("should have renewed it");
  }

  @Test
  void saysThatThereIsNone() {
    ShownCertificate none = new ShownCertificate(files, files, new Notices(), Clock.systemUTC());
    assertThat(none.health(true).getStatus()).isEqualTo(Result.Status.CRITICAL);
    assertThat(none.health(false).getStatus()).isEqualTo(Result.Status.OK);
  }

  @Test
  void renewsUnderTrafficAndDropsNothing() throws Exception {
    OpenSsl.needed();
    Path pair = Files.createDirectory(folder.resolve("pair"));
    Files.writeString(
        pair.resolve("ours.cnf"),
        "[req]\nprompt=no\ndistinguished_name=dn\n[dn]\nO=KDS self-signed\nCN=old\n");
    OpenSsl.run(pair, MAKE + " -config ours.cnf -days 20");
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()));
        Traffic traffic = new Traffic(door, GOOD)) {
      door.put("key.pem", Files.readString(pair.resolve("key.pem")));
      door.put("cert.pem", Files.readString(pair.resolve("cert.pem")));
      door.awaitLog("Renewed the self-signed certificate");
      int served = traffic.served.get();
      TestDoor.await("more traffic", () -> traffic.served.get() > served + 50);
      X509Certificate now = TlsTest.served(door);
      assertThat(Duration.between(now.getNotBefore().toInstant(), now.getNotAfter().toInstant()))
          .isGreaterThan(Duration.ofDays(3600));
      assertThat(now.getSubjectX500Principal().getName()).doesNotContain("CN=old");
      assertThat(traffic.failures).isEmpty();
    }
    assertThat(key).hasSameTextualContentAs(pair.resolve("key.pem"));
  }

  /** One that has looked at the files, at a moment seen from now. */
  private ShownCertificate shown(Duration later) {
    Clock clock = Clock.offset(Clock.systemUTC(), later);
    ShownCertificate shown = new ShownCertificate(files, files, new Notices(), clock);
    shown.look(key, certificate);
    return shown;
  }
}
