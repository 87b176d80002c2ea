package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Resumable uploads over HTTP (draft-ietf-httpbis-resumable-upload), on the assembled service. */
class HttpUploadSystemIT {
  private static final String TYPE = "application/partial-upload";
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

  private static HttpResponse<String> post(String path, byte[] body, String... headers)
      throws Exception {
    String[] token = {"Authorization", "Bearer " + wire.token()};
    String url = wire.service.url("/uploads/?path=" + path);
    return wire.call("POST", url, body, TusWire.joined(token, headers));
  }

  private static HttpResponse<String> patch(
      String url, long offset, String complete, byte[] body, String... more) throws Exception {
    String[] headers = {
      "Content-Type", TYPE, "Upload-Offset", Long.toString(offset), "Upload-Complete", complete
    };
    return wire.call("PATCH", url, body, TusWire.joined(headers, more));
  }

  private static HttpResponse<String> head(String url) throws Exception {
    return wire.call("HEAD", url, null);
  }

  private static String field(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static String begun(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(field(answer, "Upload-Complete")).isEqualTo("?0");
    return wire.service.url(field(answer, "Location"));
  }

  @Test
  void tellsThatItSpeaksIt() throws Exception {
    HttpResponse<String> answer =
        wire.call(
            "OPTIONS",
            wire.service.url("/uploads/"),
            null,
            "Authorization",
            "Bearer " + wire.token());
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(field(answer, "Accept-Patch")).isEqualTo(TYPE);
  }

  /** Sends the head of a PATCH and some of its body, waits until that is read, and breaks off. */
  private static void breakOff(String url, String name, long length, byte[] some) throws Exception {
    URI uri = URI.create(url);
    try (SSLSocket socket =
        (SSLSocket) wire.trust.getSocketFactory().createSocket("localhost", uri.getPort())) {
      String head =
          "PATCH %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nUpload-Offset: 0\r\n"
                  .formatted(uri.getPath(), TYPE)
              + "Upload-Complete: ?1\r\nContent-Length: %d\r\n\r\n".formatted(length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(some);
      socket.getOutputStream().flush();
      wire.awaitBytesOf(name);
    }
  }

  @Test
  void goesOnWhereAConnectionBroke() throws Exception {
    byte[] content = TusWire.random(2_000_000);
    String url = begun(post("broken.bin", null, "Upload-Complete", "?0"));
    breakOff(url, "broken.bin", content.length, Arrays.copyOf(content, 700_000));
    HttpResponse<String> look = head(url);
    assertThat(look.statusCode()).isEqualTo(204);
    assertThat(field(look, "Cache-Control")).isEqualTo("no-store");
    assertThat(field(look, "Upload-Complete")).isEqualTo("?0");
    assertThat(field(look, "Upload-Length")).isEqualTo("2000000");
    assertThat(field(look, "Upload-Limit")).matches("max-age=[0-9]+");
    int offset = Integer.parseInt(field(look, "Upload-Offset"));
    assertThat(offset).isBetween(1, 700_000);
    assertThat(wire.file("broken.bin")).doesNotExist();
    byte[] rest = Arrays.copyOfRange(content, offset, content.length);
    HttpResponse<String> done = patch(url, offset, "?1", rest);
    assertThat(done.statusCode()).as(done.body()).isEqualTo(201);
    assertThat(field(done, "Upload-Complete")).isEqualTo("?1");
    assertThat(done.body()).contains("\"path\":\"broken.bin\"", "\"size\":2000000");
    assertThat(wire.file("broken.bin")).hasBinaryContent(content);
    assertThat(field(head(url), "Upload-Complete")).isEqualTo("?1");
    assertThat(field(head(url), "Kds-Receipt")).contains("\"crc32c\"");
  }

  @Test
  void answersAWholeOneAsAPut() throws Exception {
    byte[] content = TusWire.random(100_000);
    HttpResponse<String> whole = post("whole.bin", content, "Upload-Complete", "?1");
    assertThat(whole.statusCode()).isEqualTo(201);
    assertThat(field(whole, "Upload-Complete")).isEqualTo("?1");
    assertThat(field(whole, "Location")).isEqualTo("/Downloads/whole.bin");
    assertThat(wire.file("whole.bin")).hasBinaryContent(content);
  }

  @Test
  void takesAFileInPiecesOfAnUnknownWhole() throws Exception {
    byte[] content = TusWire.random(300);
    String url = begun(post("a/pieces.bin", null, "Upload-Complete", "?0"));
    HttpResponse<String> first = patch(url, 0, "?0", Arrays.copyOf(content, 100));
    assertThat(first.statusCode()).isEqualTo(204);
    assertThat(field(first, "Upload-Complete")).isEqualTo("?0");
    byte[] second = Arrays.copyOfRange(content, 100, 300);
    assertThat(patch(url, 100, "?0", second).statusCode()).isEqualTo(204);
    assertThat(field(head(url), "Upload-Length")).isEmpty();
    assertThat(wire.file("a/pieces.bin")).doesNotExist();
    assertThat(patch(url, 300, "?1", new byte[0]).statusCode()).isEqualTo(201);
    assertThat(wire.file("a/pieces.bin")).hasBinaryContent(content);
  }

  @Test
  void isNotCompleteUntilItIsSaidToBe() throws Exception {
    byte[] content = TusWire.random(100);
    HttpResponse<String> created =
        post("said.bin", content, "Upload-Complete", "?0", "Upload-Length", "100");
    String url = begun(created);
    assertThat(field(head(url), "Upload-Offset")).isEqualTo("100");
    assertThat(field(head(url), "Upload-Complete")).isEqualTo("?0");
    assertThat(wire.file("said.bin")).doesNotExist();
    assertThat(patch(url, 100, "?1", new byte[0]).statusCode()).isEqualTo(201);
    assertThat(wire.file("said.bin")).hasBinaryContent(content);
    assertThat(patch(url, 100, "?1", new byte[0]).statusCode()).isEqualTo(410);
  }

  @Test
  void refusesWhatDoesNotFit() throws Exception {
    byte[] fifty = TusWire.random(50);
    String url = begun(post("fit.bin", fifty, "Upload-Complete", "?0", "Upload-Length", "200"));
    HttpResponse<String> behind = patch(url, 10, "?0", fifty);
    assertThat(behind.statusCode()).isEqualTo(409);
    assertThat(field(behind, "Upload-Offset")).isEqualTo("50");
    assertThat(patch(url, 50, "?1", fifty).statusCode()).isEqualTo(400);
    assertThat(patch(url, 50, "?0", fifty, "Upload-Length", "201").statusCode()).isEqualTo(400);
    assertThat(patch(url, 50, "?0", TusWire.random(151)).statusCode()).isEqualTo(413);
    assertThat(patch(url, 50, "true", fifty).statusCode()).isEqualTo(400);
    String[] other = {"Content-Type", "text/plain", "Upload-Offset", "50", "Upload-Complete", "?0"};
    assertThat(wire.call("PATCH", url, fifty, other).statusCode()).isEqualTo(415);
    assertThat(field(head(url), "Upload-Offset")).isEqualTo("50");
    assertThat(post("x", fifty, "Upload-Complete", "?1", "Upload-Length", "51").statusCode())
        .isEqualTo(400);
    assertThat(post("x", fifty).statusCode()).isEqualTo(400);
    assertThat(post("../x", fifty, "Upload-Complete", "?1").statusCode()).isEqualTo(400);
    assertThat(wire.call("DELETE", url, null).statusCode()).isEqualTo(204);
    assertThat(head(url).statusCode()).isEqualTo(410);
    assertThat(head(wire.service.url("/uploads/" + "x".repeat(43))).statusCode()).isEqualTo(404);
    assertThat(wire.call("GET", url, null).statusCode()).isEqualTo(401);
  }

  @Test
  void countsWhatHasADigestWhenItIsVerified() throws Exception {
    byte[] fifty = TusWire.random(50);
    byte[] sha = MessageDigest.getInstance("SHA-256").digest(fifty);
    String right = "sha-256=:" + Base64.getEncoder().encodeToString(sha) + ":";
    String url = begun(post("digest.bin", null, "Upload-Complete", "?0"));
    HttpResponse<String> wrong = patch(url, 0, "?0", TusWire.random(49), "Content-Digest", right);
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("digest-mismatch");
    assertThat(field(head(url), "Upload-Offset")).isEqualTo("0");
    assertThat(patch(url, 0, "?1", fifty, "Content-Digest", right).statusCode()).isEqualTo(201);
    assertThat(wire.file("digest.bin")).hasBinaryContent(fifty);
  }
}
