package kds.run.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** The tus protocol by hand, against a service of its own with one token. */
final class TusWire implements AutoCloseable {
  static final String[] V = {"Tus-Resumable", "1.0.0"};
  static final String TYPE = "application/offset+octet-stream";

  final Service service;
  final SSLContext trust;
  private final String token;
  private HttpClient http;

  private TusWire(Service service) throws Exception {
    this.service = service;
    this.token = service.script("token").strip();
    this.trust = Trust.of(service.home().resolve("certs/cert.pem"));
    this.http = client();
  }

  /** Starts one in a fresh home. */
  static TusWire start() throws Exception {
    Service service = Service.fresh();
    boolean started = false;
    try {
      TusWire wire = new TusWire(service.start());
      started = true;
      return wire;
    } finally {
      if (!started) {
        service.close();
      }
    }
  }

  private HttpClient client() {
    return HttpClient.newBuilder().sslContext(trust).version(HttpClient.Version.HTTP_1_1).build();
  }

  /** Forgets its connections, as after the service was killed. */
  void reconnect() {
    http.close();
    http = client();
  }

  @Override
  public void close() throws IOException {
    http.close();
    service.close();
  }

  String token() {
    return token;
  }

  /** The URL that uploads are begun at. */
  String all() {
    return service.url("/files/");
  }

  Path file(String name) {
    return service.home().resolve("Files").resolve(name);
  }

  HttpResponse<String> call(String method, String url, byte[] body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    request.method(
        method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    return http.send(request.build(), BodyHandlers.ofString());
  }

  static String[] with(String... headers) {
    return joined(V, headers);
  }

  static String[] joined(String[] some, String... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
  }

  HttpResponse<String> post(byte[] body, String... headers) throws Exception {
    return call(
        "POST",
        all(),
        body,
        joined(new String[] {"Authorization", "Bearer " + token}, with(headers)));
  }

  static String metadata(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return "filename " + Base64.getEncoder().encodeToString(bytes);
  }

  /** Begins one; its URL. */
  String create(String name, long size, String... headers) throws Exception {
    String[] base = {"Upload-Length", Long.toString(size), "Upload-Metadata", metadata(name)};
    return location(post(null, joined(base, headers)));
  }

  String location(HttpResponse<String> answer) {
    if (answer.statusCode() != 201) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    String location = answer.headers().firstValue("Location").orElseThrow();
    return URI.create(all()).resolve(location).toString();
  }

  HttpResponse<String> patch(String url, long offset, byte[] body, String... more)
      throws Exception {
    String[] base = with("Content-Type", TYPE, "Upload-Offset", Long.toString(offset));
    return call("PATCH", url, body, joined(base, more));
  }

  HttpResponse<String> head(String url) throws Exception {
    return call("HEAD", url, null, V);
  }

  long offset(String url) throws Exception {
    return head(url).headers().firstValueAsLong("Upload-Offset").orElseThrow();
  }

  /** Waits until the service has begun to receive a file. */
  void awaitBytesOf(String name) throws Exception {
    Pattern some = Pattern.compile("\"path\":\"" + Pattern.quote(name) + "\",\"bytes\":[1-9]");
    String transfers = service.url("/transfers");
    Soon.until(
        "bytes of " + name + " come",
        () -> {
          String seen = call("GET", transfers, null, "Authorization", "Bearer " + token).body();
          return some.matcher(seen).find();
        });
  }

  static byte[] random(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  static String sha1(byte[] content) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-1").digest(content);
    return "sha1 " + Base64.getEncoder().encodeToString(digest);
  }
}
