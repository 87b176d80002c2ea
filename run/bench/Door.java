import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The way into the service under test; what is not answered as it should be ends the benchmark. */
final class Door implements AutoCloseable {
  private final Service service;
  private final HttpClient client;

  Door(Path home, String port) throws Exception {
    service = Service.of(home, Integer.parseInt(port), 0);
    client = service.client();
  }

  String get(String path) throws Exception {
    HttpResponse<String> answer =
        client.send(service.request(path).build(), BodyHandlers.ofString());
    must(answer.statusCode() == 200, path + ": " + answer.statusCode() + " " + answer.body());
    return answer.body();
  }

  String post(String path, String body, String wanted) throws Exception {
    HttpRequest request =
        service
            .request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    must(answer.body().contains(wanted), path + ": " + answer.statusCode() + " " + answer.body());
    return answer.body();
  }

  /** The lines of an answer as they come. */
  Stream<String> lines(String path) throws Exception {
    return client.send(service.request(path).build(), BodyHandlers.ofLines()).body();
  }

  static void must(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
