package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Uploads in several goes, as tus clients make them, against the assembled service. */
class TusSystemIT {
  private static final String[] V = {"Tus-Resumable", "1.0.0"};
  private static final String TYPE = "application/offset+octet-stream";

  private static Service service;
  private static SSLContext trust;
  private static HttpClient http;
  private static String token;

  @BeforeAll
  static void start() throws Exception {
    service = Service.fresh().start();
    token = service.script("token").strip();
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(service.home().resolve("certs/cert.pem"))) {
      store.setCertificateEntry(
          "kds", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(store);
    trust = SSLContext.getInstance("TLS");
    trust.init(null, trusted.getTrustManagers(), null);
    http = client();
  }

  private static HttpClient client() {
    return HttpClient.newBuilder().sslContext(trust).version(HttpClient.Version.HTTP_1_1).build();
  }

  @AfterAll
  static void stop() throws Exception {
    if (http != null) {
      http.close();
    }
    if (service != null) {
      service.close();
    }
  }

  private static HttpResponse<String> call(
      String method, String url, byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    request.method(
        method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static String[] with(String... headers) {
    return Stream.concat(Arrays.stream(V), Arrays.stream(headers)).toArray(String[]::new);
  }

  private static HttpResponse<String> post(byte[] body, String... headers) throws Exception {
    String[] all =
        Stream.concat(Stream.of("Authorization", "Bearer " + token), Arrays.stream(with(headers)))
            .toArray(String[]::new);
    return call("POST", service.url("/files/"), body, all);
  }

  private static String metadata(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return "filename " + Base64.getEncoder().encodeToString(bytes);
  }

  private static String create(String name, long size) throws Exception {
    HttpResponse<String> answer =
        post(null, "Upload-Length", Long.toString(size), "Upload-Metadata", metadata(name));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(answer.headers().firstValue("Tus-Resumable")).contains("1.0.0");
    assertThat(answer.headers().firstValue("Upload-Expires").orElseThrow()).endsWith("GMT");
    return location(answer);
  }

  private static String location(HttpResponse<String> answer) {
    String location = answer.headers().firstValue("Location").orElseThrow();
    return URI.create(service.url("/files/")).resolve(location).toString();
  }

  private static HttpResponse<String> patch(String url, long offset, byte[] body, String... more)
      throws Exception {
    String[] base = with("Content-Type", TYPE, "Upload-Offset", Long.toString(offset));
    String[] all = Stream.concat(Arrays.stream(base), Arrays.stream(more)).toArray(String[]::new);
    return call("PATCH", url, body, all);
  }

  private static long offset(String url) throws Exception {
    HttpResponse<String> answer = call("HEAD", url, null, V);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    return answer.headers().firstValueAsLong("Upload-Offset").orElseThrow();
  }

  private static byte[] random(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  private static Path file(String name) {
    return service.home().resolve("Files").resolve(name);
  }

  private static String sha1(byte[] content) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-1").digest(content);
    return "sha1 " + Base64.getEncoder().encodeToString(digest);
  }

  @Test
  void tellsWhatItSpeaks() throws Exception {
    HttpResponse<String> answer =
        call("OPTIONS", service.url("/files/"), null, "Authorization", "Bearer " + token);
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.headers().firstValue("Tus-Version")).contains("1.0.0");
    assertThat(answer.headers().firstValue("Tus-Extension").orElseThrow().split(","))
        .contains(
            "creation",
            "creation-with-upload",
            "creation-defer-length",
            "checksum",
            "expiration",
            "termination");
    assertThat(answer.headers().firstValue("Tus-Checksum-Algorithm").orElseThrow())
        .contains("sha1");
  }

  @Test
  void receivesAFileInPiecesWithoutATokenAndKeepsItsFolders() throws Exception {
    byte[] content = random(3_000_000);
    String url = create("tus/ä b/pieces.bin", content.length);
    int at = 0;
    for (int end : new int[] {1, 1_000_000, 1_000_001, 3_000_000}) {
      assertThat(offset(url)).isEqualTo(at);
      HttpResponse<String> answer = patch(url, at, Arrays.copyOfRange(content, at, end));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
      assertThat(answer.headers().firstValueAsLong("Upload-Offset")).hasValue(end);
      assertThat(answer.headers().firstValue("Kds-Receipt").isPresent())
          .isEqualTo(end == content.length);
      at = end;
    }
    assertThat(file("tus/ä b/pieces.bin")).hasBinaryContent(content);
    HttpResponse<String> look = call("HEAD", url, null, V);
    assertThat(look.headers().firstValue("Kds-Receipt").orElseThrow())
        .contains("\"crc32c\"", "\"size\":3000000", "tus/\\u00E4 b/pieces.bin");
    assertThat(look.headers().firstValue("Upload-Metadata"))
        .contains(metadata("tus/ä b/pieces.bin"));
    try (Stream<Path> logs = Files.list(service.home().resolve("log"))) {
      for (Path log : logs.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(log)).doesNotContain(url.substring(url.lastIndexOf('/') + 1));
      }
    }
  }

  @Test
  void takesContentWithTheCreationAndSizesToldLater() throws Exception {
    HttpResponse<String> whole =
        post(
            "whole".getBytes(StandardCharsets.UTF_8),
            "Upload-Length",
            "5",
            "Content-Type",
            TYPE,
            "Upload-Metadata",
            metadata("whole.txt"));
    assertThat(whole.statusCode()).as(whole.body()).isEqualTo(201);
    assertThat(whole.headers().firstValue("Upload-Offset")).contains("5");
    assertThat(file("whole.txt")).hasContent("whole");
    HttpResponse<String> empty =
        post(null, "Upload-Length", "0", "Upload-Metadata", metadata("empty.txt"));
    assertThat(empty.statusCode()).isEqualTo(201);
    assertThat(file("empty.txt")).isEmptyFile();

    HttpResponse<String> later =
        post(null, "Upload-Defer-Length", "1", "Upload-Metadata", metadata("later.txt"));
    String url = location(later);
    assertThat(call("HEAD", url, null, V).headers().firstValue("Upload-Defer-Length"))
        .contains("1");
    assertThat(patch(url, 0, "la".getBytes(StandardCharsets.UTF_8)).statusCode()).isEqualTo(204);
    byte[] rest = "ter".getBytes(StandardCharsets.UTF_8);
    assertThat(patch(url, 2, rest, "Upload-Length", "5").statusCode()).isEqualTo(204);
    assertThat(file("later.txt")).hasContent("later");
  }

  @Test
  void answersWithTheCodesOfTheSpecification() throws Exception {
    byte[] piece = random(100);
    String url = create("codes.bin", 200);
    assertThat(call("HEAD", url, null).statusCode()).isEqualTo(412);
    HttpResponse<String> old = call("HEAD", url, null, "Tus-Resumable", "0.2.2");
    assertThat(old.statusCode()).isEqualTo(412);
    assertThat(old.headers().firstValue("Tus-Version")).contains("1.0.0");
    assertThat(patch(url, 7, piece).statusCode()).isEqualTo(409);
    assertThat(call("PATCH", url, piece, with("Upload-Offset", "0")).statusCode()).isEqualTo(415);
    assertThat(call("PATCH", url, piece, with("Content-Type", TYPE)).statusCode()).isEqualTo(400);
    assertThat(patch(url, 0, random(201)).statusCode()).isEqualTo(413);
    assertThat(patch(url, 0, piece, "Upload-Checksum", "sha3 AAAA").statusCode()).isEqualTo(400);
    HttpResponse<String> wrong = patch(url, 0, piece, "Upload-Checksum", sha1(random(99)));
    assertThat(wrong.statusCode()).isEqualTo(460);
    assertThat(wrong.body()).contains("checksum-mismatch");
    assertThat(offset(url)).isZero();
    assertThat(patch(url, 0, piece, "Upload-Checksum", sha1(piece)).statusCode()).isEqualTo(204);
    assertThat(patch(url, 0, piece).statusCode()).isEqualTo(409);
    assertThat(call("PUT", url, piece, V).statusCode()).isEqualTo(401);
    String[] override =
        with("X-HTTP-Method-Override", "PATCH", "Content-Type", TYPE, "Upload-Offset", "100");
    assertThat(call("POST", url, random(50), override).statusCode()).isEqualTo(204);
    assertThat(call("DELETE", url, null, V).statusCode()).isEqualTo(204);
    assertThat(call("HEAD", url, null, V).statusCode()).isEqualTo(410);
    assertThat(patch(url, 100, piece).statusCode()).isEqualTo(410);
    assertThat(file("codes.bin")).doesNotExist();
    String unknown = service.url("/files/" + "x".repeat(43));
    assertThat(call("HEAD", unknown, null, V).statusCode()).isEqualTo(404);
    assertThat(call("POST", service.url("/files/"), null, V).statusCode()).isEqualTo(401);
    assertThat(post(null, "Upload-Length", "-1").statusCode()).isEqualTo(400);
    assertThat(post(null).statusCode()).isEqualTo(400);
    assertThat(post(null, "Upload-Length", "1", "Upload-Metadata", "filename ?").statusCode())
        .isEqualTo(400);
  }

  /** A connection that has sent the head of a PATCH and some of its body, and then hangs. */
  private static SSLSocket hanging(String url, long offset, long length, byte[] some)
      throws Exception {
    URI uri = URI.create(url);
    SSLSocket socket =
        (SSLSocket) trust.getSocketFactory().createSocket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(40_000);
    String head =
        "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\n"
                .formatted(uri.getPath(), TYPE)
            + "Upload-Offset: %d\r\nContent-Length: %d\r\n\r\n".formatted(offset, length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(some);
    socket.getOutputStream().flush();
    return socket;
  }

  @Test
  void letsAHangingConnectionGoWhenItsClientComesBack() throws Exception {
    byte[] content = random(2_000_000);
    String url = create("hang.bin", content.length);
    long from;
    try (SSLSocket stale = hanging(url, 0, content.length, Arrays.copyOf(content, 1_000_000))) {
      long before = System.nanoTime();
      from = offset(url);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
      assertThat(from).isBetween(0L, 1_000_000L);
      byte[] end = readToTheEnd(stale);
      assertThat(new String(end, StandardCharsets.UTF_8)).doesNotContain("204");
    }
    byte[] rest = Arrays.copyOfRange(content, (int) from, content.length);
    assertThat(patch(url, from, rest).statusCode()).isEqualTo(204);
    assertThat(file("hang.bin")).hasBinaryContent(content);
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
    byte[] content = random(6_000_000);
    String url = create("killed.bin", content.length);
    long at = 0;
    for (int round = 0; round < 2; round++) {
      byte[] piece = Arrays.copyOfRange(content, (int) at, (int) at + 1_000_000);
      assertThat(patch(url, at, piece).statusCode()).isEqualTo(204);
      long acknowledged = at + piece.length;
      byte[] more = Arrays.copyOfRange(content, (int) acknowledged, (int) acknowledged + 700_000);
      try (SSLSocket broken = hanging(url, acknowledged, content.length - acknowledged, more)) {
        service.kill();
        broken.getSession();
      }
      http.close();
      http = client();
      service.start();
      at = offset(url);
      assertThat(at).isBetween(acknowledged, acknowledged + more.length);
      assertThat(file("killed.bin")).doesNotExist();
    }
    byte[] rest = Arrays.copyOfRange(content, (int) at, content.length);
    assertThat(patch(url, at, rest).statusCode()).isEqualTo(204);
    assertThat(file("killed.bin")).hasBinaryContent(content);
    try (Stream<Path> left = Files.list(service.home().resolve("Files"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.contains("killed (1)"));
    }
  }
}
