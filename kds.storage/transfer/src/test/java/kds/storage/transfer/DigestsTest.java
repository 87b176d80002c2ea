package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigestsTest {
  /**
   * RFC 3720, appendix B.4, whose byte order is the reverse of the number's; and the check value.
   */
  @ParameterizedTest
  @CsvSource({
    "0000000000000000000000000000000000000000000000000000000000000000, 8a9136aa",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 62a8ab43",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, 46dd794e",
    "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100, 113fdb5c",
    "313233343536373839, e3069283",
    "'', 00000000"
  })
  void computesCrc32cAsTheRfcDoes(String content, String expected) {
    Digests digests = new Digests(false);

    digests.update(Server.direct(HexFormat.of().parseHex(content)));

    assertThat(digests.crc32c()).isEqualTo(expected);
    assertThat(digests.finishSha256()).isNull();
  }

  /** FIPS 180-4 examples. */
  @ParameterizedTest
  @CsvSource({
    "abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "'', e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  })
  void computesSha256OnRequest(String content, String expected) {
    Digests digests = new Digests(true);

    digests.update(Server.direct(content.getBytes(StandardCharsets.US_ASCII)));

    assertThat(digests.finishSha256()).isEqualTo(expected);
  }

  @Test
  void leavesTheBufferAsItIs() {
    ByteBuffer buffer = Server.direct(new byte[100]).position(10).limit(90);

    new Digests(true).update(buffer);

    assertThat(buffer.position()).isEqualTo(10);
    assertThat(buffer.limit()).isEqualTo(90);
  }

  @Test
  void agreesWithOpensslOnMegabytesInOddPieces(@TempDir Path folder) throws Exception {
    byte[] content = new byte[3_000_017];
    new Random(42).nextBytes(content);
    Path file = Files.write(folder.resolve("random"), content);
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/openssl")), "Skipped: there is no /usr/bin/openssl.");
    Digests digests = new Digests(true);

    for (int at = 0; at < content.length; at += 40_009) {
      int length = Math.min(40_009, content.length - at);
      digests.update(ByteBuffer.allocateDirect(length).put(content, at, length).flip());
    }

    Process openssl =
        new ProcessBuilder("/usr/bin/openssl", "dgst", "-sha256", "-r", file.toString()).start();
    String answer = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(openssl.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(digests.finishSha256()).isEqualTo(answer.substring(0, 64));
  }
}
