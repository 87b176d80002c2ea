package kds.run.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls of the control plane to one life of a service, over connections that are kept; what a call
 * throws tells that the service is gone.
 */
final class SessionCalls implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Service service;
  private final String token;
  private final HttpClient client;

  /**
   * Makes one.
   *
   * @param token of scopes session, health and admin
   */
  SessionCalls(Service service, String token) throws IOException, GeneralSecurityException {
    this.service = service;
    this.token = token;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(Trust.of(service.home().resolve("certs/cert.pem")))
            .build();
  }

  /** An answer. */
  record Answer(int status, JsonNode body) {
    String state() {
      return body.path("state").asString("");
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  Answer start(String kasmId, String user) throws IOException, InterruptedException {
    return start(kasmId, user, "id of " + user);
  }

  Answer start(String kasmId, String user, String userId) throws IOException, InterruptedException {
    return post(
        "/session_start",
        Map.of(
            "kasm_id", kasmId, "user_id", userId, "username", user, "credential_type", "static"));
  }

  Answer end(String kasmId) throws IOException, InterruptedException {
    return post("/session_end", Map.of("kasm_id", kasmId));
  }

  Answer look(String kasmId) throws IOException, InterruptedException {
    return get("/sessions/" + kasmId);
  }

  Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  private Answer post(String path, Map<String, String> order)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(order))));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(service.url(path)))
        .timeout(LIMIT)
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
