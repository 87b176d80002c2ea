package kds.http.testing;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The JDK's client, with each answer held against the contract. */
public final class Client implements AutoCloseable {
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final TestDoor door;

  /** Makes one. */
  public Client(TestDoor door) {
    this.door = door;
  }

  /** Sends a request without a body. */
  public Raw.Answer call(String method, String target, String... headers) throws IOException {
    return call(method, target, BodyPublishers.noBody(), headers);
  }

  /** Sends a request with a body of text. */
  public Raw.Answer put(String target, String body, String... headers) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return call("PUT", target, BodyPublishers.ofByteArray(bytes), headers);
  }

  /** Sends a request; headers are names and values in turn. */
  public Raw.Answer call(String method, String target, BodyPublisher body, String... headers)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(door.uri(target)).timeout(Duration.ofSeconds(30));
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.put("Authorization", TestDoor.FILES);
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    if ("100-continue".equals(all.remove("Expect"))) {
      request.expectContinue(true);
    }
    all.forEach(request::header);
    request.method(method, body);
    try {
      HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
      Map<String, String> got = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      response.headers().map().forEach((name, values) -> got.put(name, String.join(", ", values)));
      return ContractWatch.check(
          method, target, new Raw.Answer(response.statusCode(), got, response.body()));
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
