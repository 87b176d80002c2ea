package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32C;
import kds.http.testing.ContractWatch;
import kds.http.testing.InHouse;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileUploadTest extends InHouse {
  private Answer put(String target, String body, String... headers) throws IOException {
    return house.client.put(target, body, headers);
  }

  @Test
  void storesTheBodyAndGivesAReceipt() throws Exception {
    Answer answer = put("/Downloads/a/b/report.txt", "hello");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.headers().get("Location")).isEqualTo("/Downloads/a/b/report.txt");
    assertThat(answer.headers().get("Kds-Capability"))
        .isEqualTo("kds.storage.transfer;version=1.0.0");
    assertThat(answer.headers()).containsKey("Kds-Request-Id");
    assertThat(answer.text())
        .contains("\"path\":\"a/b/report.txt\"", "\"size\":5", "\"crc32c\":\"9a71bb4c\"")
        .contains("\"kind\":\"home\"", "\"reason\":\"home\"")
        .doesNotContain("sha256");
    assertThat(Files.readString(folder.resolve("a/b/report.txt"))).isEqualTo("hello");
  }

  @Test
  void storesLargeAndEmptyBodiesExactlyWithAndWithoutALength() throws Exception {
    for (int size : new int[] {0, 1, 16_383, 262_143, 262_144, 262_145, 3_000_017}) {
      byte[] content = new byte[size];
      new Random(size).nextBytes(content);
      CRC32C crc = new CRC32C();
      crc.update(content);
      String name = "/Downloads/f" + size;
      Answer known = house.client.call("PUT", name, BodyPublishers.ofByteArray(content), "X", "y");
      Answer chunked =
          house.client.call(
              "PUT",
              name + "c?sha256=true",
              BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content)));
      assertThat(known.status()).isEqualTo(201);
      assertThat(chunked.status()).isEqualTo(201);
      assertThat(known.text())
          .contains("\"crc32c\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + '"');
      assertThat(chunked.text()).contains("\"sha256\":\"" + sha256(content) + '"');
      assertThat(Files.readAllBytes(folder.resolve("f" + size))).isEqualTo(content);
      assertThat(Files.readAllBytes(folder.resolve("f" + size + "c"))).isEqualTo(content);
    }
  }

  private static String sha256(byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
  }

  private static String digest(String content) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
    return "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":";
  }

  @Test
  void renamesOverwritesOrRejectsAsAsked() throws Exception {
    put("/Downloads/a%20b.pdf", "one");
    assertThat(put("/Downloads/a%20b.pdf", "two").headers().get("Location"))
        .isEqualTo("/Downloads/a%20b%20%281%29.pdf");
    Answer replaced = put("/Downloads/a%20b.pdf?on_conflict=overwrite", "three");
    assertThat(replaced.status()).isEqualTo(200);
    assertThat(replaced.text()).contains("\"replaced\":true");
    Answer rejected = put("/Downloads/a%20b.pdf?on_conflict=reject", "four");
    assertThat(rejected.status()).isEqualTo(409);
    assertThat(rejected.text()).contains("urn:kds:problem:name-taken");
    Answer mustBeNew = put("/Downloads/a%20b.pdf?on_conflict=overwrite", "5", "If-None-Match", "*");
    assertThat(mustBeNew.status()).isEqualTo(412);
    assertThat(Files.readString(folder.resolve("a b.pdf"))).isEqualTo("three");
    assertThat(house.files.names()).containsExactly("a b (1).pdf", "a b.pdf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Digest", "Repr-Digest"})
  void publishesNothingWhoseDigestIsNotTheAnnouncedOne(String header) throws Exception {
    Answer wrong = put("/Downloads/x", "hello", header, digest("hullo"));
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("urn:kds:problem:digest-mismatch");
    assertThat(house.files.names()).isEmpty();
    Answer right =
        put("/Downloads/x", "hello", header, "md5=:AAAA:, " + digest("hello") + ", crc32c=:A:");
    assertThat(right.status()).isEqualTo(201);
    assertThat(right.headers().get("Repr-Digest")).isEqualTo(digest("hello"));
    assertThat(right.text()).contains("\"sha256\":\"2cf24dba");
  }

  @Test
  void tellsTheDigestThatIsWanted() throws Exception {
    assertThat(put("/Downloads/1", "hello", "Want-Repr-Digest", "sha-256=10").headers())
        .containsEntry("Repr-Digest", digest("hello"));
    assertThat(put("/Downloads/2", "hello", "Want-Repr-Digest", "sha-512=9, sha-256=1").headers())
        .containsKey("Repr-Digest");
    assertThat(put("/Downloads/3", "hello", "Want-Repr-Digest", "sha-256=0").headers())
        .doesNotContainKey("Repr-Digest");
    assertThat(put("/Downloads/4?sha256=true", "hello").headers()).containsKey("Repr-Digest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Range=bytes 0-4/10|unsupported-header",
        "If-Match=\"x\"|unsupported-header",
        "If-Unmodified-Since=Sun, 06 Nov 1994 08:49:37 GMT|unsupported-header",
        "If-None-Match=\"x\"|unsupported-header",
        "Content-Encoding=gzip|unsupported-encoding",
        "Content-Digest=sha-256=:AAAA:|bad-digest",
        "Content-Digest=sha-256=nonsense|bad-digest",
        "Repr-Digest=sha-256=:!:|bad-digest",
      })
  void refusesWhatItWouldNotHeed(String line) throws Exception {
    String[] parts = line.split("[=|]", 2);
    String word = line.substring(line.lastIndexOf('|') + 1);
    Answer answer =
        put("/Downloads/x", "hello", parts[0], parts[1].substring(0, parts[1].lastIndexOf('|')));
    assertThat(answer.status()).isIn(400, 415);
    assertThat(answer.text()).contains("urn:kds:problem:" + word);
    assertThat(house.files.names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"on_conflict=never", "sha256=1", "sha256=true&sha256=true", "x=%zz"})
  void refusesParametersItCannotRead(String query) throws Exception {
    Answer answer =
        Raw.get(house.door.port(), "PUT", "/Downloads/x?" + query, AUTH, "Content-Length: 0");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("bad-parameter");
  }

  @Test
  void refusesBeforeTheBodyWhenTheClientWaitsForIt() throws Exception {
    house.files.limit = 10;
    try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
      socket.setSoTimeout(10_000);
      String head =
          Raw.head("PUT", "/Downloads/x", AUTH, "Content-Length: 1000000", "Expect: 100-continue");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      Answer answer = Raw.parse(socket.getInputStream().readAllBytes());
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.text()).contains("too-large");
      ContractWatch.check("PUT", "/Downloads/x", answer);
    }
    assertThat(house.files.names()).isEmpty();
    assertThat(house.files.open.await(0)).isZero();
  }

  @Test
  void asksForTheBodyOnlyAfterTheUploadHasBegun() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", house.door.port())) {
      socket.setSoTimeout(10_000);
      String head =
          Raw.head("PUT", "/Downloads/x", AUTH, "Content-Length: 5", "Expect: 100-continue");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] interim = socket.getInputStream().readNBytes(25);
      assertThat(new String(interim, StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(house.files.open.get()).isEqualTo(1);
      socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
      assertThat(Raw.parse(socket.getInputStream().readAllBytes()).status()).isEqualTo(201);
    }
  }

  @Test
  void letsAClientThatIsStillSendingReadTheRefusal() throws Exception {
    house.files.limit = 10;
    byte[] body = new byte[8 << 20];
    Answer answer = house.client.call("PUT", "/Downloads/x", BodyPublishers.ofByteArray(body));
    assertThat(answer.status()).isEqualTo(413);
    Answer next = put("/Downloads/y", "ok");
    assertThat(next.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99_999})
  void publishesNothingOfABodyThatBreaksOff(int sent) throws Exception {
    byte[] head =
        Raw.head("PUT", "/Downloads/x", AUTH, "Content-Length: 100000")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + sent);
    Answer answer = Raw.send(house.door.port(), all, true);
    assertThat(answer.status()).isEqualTo(400);
    assertNothingIsLeft();
  }

  @Test
  void publishesNothingOfAChunkedBodyThatBreaksOff() throws Exception {
    String all =
        Raw.head("PUT", "/Downloads/x", AUTH, "Transfer-Encoding: chunked") + "5\r\nhello\r\n";
    Answer answer = Raw.send(house.door.port(), all.getBytes(StandardCharsets.US_ASCII), true);
    assertThat(answer.status()).isEqualTo(400);
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(house.files.open.await(0)).isZero();
    assertThat(house.gate.leases.await(0)).isZero();
    assertThat(house.files.names()).isEmpty();
  }

  @Test
  void acceptsWhatCurlSends() throws Exception {
    Path source = Files.write(folder.resolveSibling("source"), new byte[3 << 20]);
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sS",
                "-w",
                "%{http_code}",
                "-H",
                AUTH,
                "-H",
                "Want-Repr-Digest: sha-256=1",
                "-T",
                source.toString(),
                house.door.uri("/Downloads/") + "from%20curl%20%C3%BC.bin")
            .redirectErrorStream(true)
            .start();
    String out;
    try (InputStream in = curl.getInputStream()) {
      out = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(out).endsWith("201").contains("\"path\":\"from curl ü.bin\"");
    assertThat(Files.mismatch(source, folder.resolve("from curl ü.bin"))).isEqualTo(-1);
  }
}
