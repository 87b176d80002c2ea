package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Uploads in several goes, as tus clients make them, against the assembled service. */
class TusSystemIT {
  private static TusWire wire;

  @BeforeAll
  static void start() throws Exception {
    wire = TusWire.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (wire != null) {
      wire.close();
    }
  }

  @Test
  void receivesAFileInPiecesWithoutATokenAndKeepsItsFolders() throws Exception {
    byte[] content = TusWire.random(3_000_000);
    String url = wire.create("tus/ä b/pieces.bin", content.length);
    int at = 0;
    for (int end : new int[] {1, 1_000_000, 1_000_001, 3_000_000}) {
      assertThat(wire.offset(url)).isEqualTo(at);
      HttpResponse<String> answer = wire.patch(url, at, Arrays.copyOfRange(content, at, end));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
      assertThat(answer.headers().firstValueAsLong("Upload-Offset")).hasValue(end);
      assertThat(answer.headers().firstValue("Kds-Receipt").isPresent())
          .isEqualTo(end == content.length);
      at = end;
    }
    assertThat(wire.file("tus/ä b/pieces.bin")).hasBinaryContent(content);
    HttpResponse<String> look = wire.call("HEAD", url, null, TusWire.V);
    assertThat(look.headers().firstValue("Kds-Receipt").orElseThrow())
        .contains("\"crc32c\"", "\"size\":3000000", "tus/\\u00E4 b/pieces.bin");
    assertThat(look.headers().firstValue("Upload-Metadata"))
        .contains(TusWire.metadata("tus/ä b/pieces.bin"));
    try (Stream<Path> logs = Files.list(wire.service.home().resolve("log"))) {
      for (Path log : logs.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(log)).doesNotContain(url.substring(url.lastIndexOf('/') + 1));
      }
    }
  }

  @Test
  void takesContentWithTheCreationAndSizesToldLater() throws Exception {
    HttpResponse<String> whole =
        wire.post(
            "whole".getBytes(StandardCharsets.UTF_8),
            "Upload-Length",
            "5",
            "Content-Type",
            TusWire.TYPE,
            "Upload-Metadata",
            TusWire.metadata("whole.txt"));
    assertThat(whole.statusCode()).as(whole.body()).isEqualTo(201);
    assertThat(whole.headers().firstValue("Upload-Offset")).contains("5");
    assertThat(wire.file("whole.txt")).hasContent("whole");
    HttpResponse<String> empty =
        wire.post(null, "Upload-Length", "0", "Upload-Metadata", TusWire.metadata("empty.txt"));
    assertThat(empty.statusCode()).isEqualTo(201);
    assertThat(wire.file("empty.txt")).isEmptyFile();

    HttpResponse<String> later =
        wire.post(
            null, "Upload-Defer-Length", "1", "Upload-Metadata", TusWire.metadata("later.txt"));
    String url = wire.location(later);
    assertThat(wire.call("HEAD", url, null, TusWire.V).headers().firstValue("Upload-Defer-Length"))
        .contains("1");
    assertThat(wire.patch(url, 0, "la".getBytes(StandardCharsets.UTF_8)).statusCode())
        .isEqualTo(204);
    byte[] rest = "ter".getBytes(StandardCharsets.UTF_8);
    assertThat(wire.patch(url, 2, rest, "Upload-Length", "5").statusCode()).isEqualTo(204);
    assertThat(wire.file("later.txt")).hasContent("later");
  }

  @Test
  void givesBackAllTheMetadataThatItTook() throws Exception {
    String large = TusWire.metadata("large.txt") + ",note " + "QUJD".repeat(6_000);
    HttpResponse<String> begun = wire.post(null, "Upload-Length", "1", "Upload-Metadata", large);
    HttpResponse<String> look = wire.head(wire.location(begun));
    assertThat(look.statusCode()).isEqualTo(200);
    assertThat(look.headers().firstValue("Upload-Metadata")).contains(large);
  }

  /** A connection that has sent the head of a PATCH and some of its body, and then hangs. */
  private static SSLSocket hanging(String url, long offset, long length, byte[] some)
      throws Exception {
    URI uri = URI.create(url);
    SSLSocket socket =
        (SSLSocket) wire.trust.getSocketFactory().createSocket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(40_000);
    String head =
        "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\n"
                .formatted(uri.getPath(), TusWire.TYPE)
            + "Upload-Offset: %d\r\nContent-Length: %d\r\n\r\n".formatted(offset, length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(some);
    socket.getOutputStream().flush();
    return socket;
  }

  @Test
  void letsAHangingConnectionGoWhenItsClientComesBack() throws Exception {
    byte[] content = TusWire.random(2_000_000);
    String url = wire.create("hang.bin", content.length);
    long from;
    try (SSLSocket stale = hanging(url, 0, content.length, Arrays.copyOf(content, 1_000_000))) {
      wire.awaitBytesOf("hang.bin");
      long before = System.nanoTime();
      from = wire.offset(url);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
      assertThat(from).isBetween(0L, 1_000_000L);
      byte[] end = readToTheEnd(stale);
      assertThat(new String(end, StandardCharsets.UTF_8)).doesNotContain("204");
    }
    byte[] rest = Arrays.copyOfRange(content, (int) from, content.length);
    assertThat(wire.patch(url, from, rest).statusCode()).isEqualTo(204);
    assertThat(wire.file("hang.bin")).hasBinaryContent(content);
  }

  private static byte[] readToTheEnd(SSLSocket socket) {
    try {
      return socket.getInputStream().readAllBytes();
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("The stale connection was not let go", e);
    } catch (IOException e) {
      return new byte[0]; // cut without a farewell
    }
  }

  @Test
  void goesOnAfterTheServiceWasKilled() throws Exception {
    byte[] content = TusWire.random(6_000_000);
    String url = wire.create("killed.bin", content.length);
    long at = 0;
    for (int round = 0; round < 2; round++) {
      byte[] piece = Arrays.copyOfRange(content, (int) at, (int) at + 1_000_000);
      assertThat(wire.patch(url, at, piece).statusCode()).isEqualTo(204);
      long acknowledged = at + piece.length;
      byte[] more = Arrays.copyOfRange(content, (int) acknowledged, (int) acknowledged + 700_000);
      try (SSLSocket broken = hanging(url, acknowledged, content.length - acknowledged, more)) {
        wire.service.kill();
        broken.getSession();
      }
      wire.reconnect();
      wire.service.start();
      at = wire.offset(url);
      assertThat(at).isBetween(acknowledged, acknowledged + more.length);
      assertThat(wire.file("killed.bin")).doesNotExist();
    }
    byte[] rest = Arrays.copyOfRange(content, (int) at, content.length);
    assertThat(wire.patch(url, at, rest).statusCode()).isEqualTo(204);
    assertThat(wire.file("killed.bin")).hasBinaryContent(content);
    try (Stream<Path> left = Files.list(wire.service.home().resolve("Files"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.contains("killed (1)"));
    }
  }

  @Test
  void joinsPartsThatCameAtTheSameTime() throws Exception {
    byte[] content = TusWire.random(3_000_000);
    List<String> parts = new ArrayList<>();
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> sent = new ArrayList<>();
      for (int at = 0; at < content.length; at += 1_000_000) {
        byte[] piece = Arrays.copyOfRange(content, at, at + 1_000_000);
        sent.add(tasks.submit(() -> sendPart(piece)));
      }
      for (Future<String> each : sent) {
        parts.add(each.get());
      }
    }
    assertThat(wire.file("joined.bin")).doesNotExist();
    String concat = "final;" + String.join(" ", parts);
    String[] headers = {"Upload-Concat", concat, "Upload-Metadata", TusWire.metadata("joined.bin")};
    HttpResponse<String> whole = wire.post(null, headers);
    assertThat(whole.headers().firstValue("Kds-Receipt")).isPresent();
    assertThat(wire.file("joined.bin")).hasBinaryContent(content);
    String url = wire.location(whole);
    assertThat(wire.location(wire.post(null, headers))).isEqualTo(url);
    assertThat(wire.head(url).headers().firstValue("Upload-Concat")).contains(concat);
    for (String part : parts) {
      assertThat(wire.head(part).statusCode()).isEqualTo(410);
    }
    try (Stream<Path> left = Files.list(wire.service.home().resolve("Files"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.startsWith("joined ("));
    }
  }

  private static String sendPart(byte[] piece) throws Exception {
    String url = wire.create("ignored", piece.length, "Upload-Concat", "partial");
    assertThat(wire.patch(url, 0, piece).statusCode()).isEqualTo(204);
    HttpResponse<String> look = wire.head(url);
    assertThat(look.headers().firstValue("Upload-Concat")).contains("partial");
    assertThat(look.headers().firstValue("Kds-Receipt")).isEmpty();
    return url;
  }

  @Test
  void freesTheSpaceOfASessionThatHasEndedAtOnce() throws Exception {
    String kasmId = UUID.randomUUID().toString();
    String[] scope = {"--scope", "session", "--kasm-id", kasmId};
    Path order = wire.service.home().resolve("run/order.json");
    Files.writeString(
        order,
        "{\"kasm_id\":\"%s\",\"user_id\":\"u\",\"credential_type\":\"prompt_user\"}"
            .formatted(kasmId));
    String json = "Content-Type: application/json";
    String started =
        wire.service
            .curl(
                List.of(scope),
                "-H",
                json,
                "--data-binary",
                "@" + order,
                wire.service.url("/session_start"))
            .output();
    assertThat(started).contains("\"state\":\"running\"");
    String token = wire.service.script("token", "--kasm-id", kasmId).strip();
    HttpResponse<String> begun =
        wire.call(
            "POST",
            wire.all(),
            null,
            TusWire.with(
                "Authorization",
                "Bearer " + token,
                "Upload-Length",
                "1000",
                "Upload-Metadata",
                TusWire.metadata("ended/session.bin")));
    String url = wire.location(begun);
    assertThat(wire.patch(url, 0, TusWire.random(500)).statusCode()).isEqualTo(204);
    assertThat(Files.list(wire.file("ended")).toList()).hasSize(1);
    Files.writeString(order, "{\"kasm_id\":\"%s\"}".formatted(kasmId));
    String ended =
        wire.service
            .curl(
                List.of(scope),
                "-H",
                json,
                "--data-binary",
                "@" + order,
                wire.service.url("/session_end"))
            .output();
    assertThat(ended).contains("1 unfinished uploads were removed");
    assertThat(wire.file("ended")).isEmptyDirectory();
    assertThat(wire.head(url).statusCode()).isEqualTo(410);
  }
}
