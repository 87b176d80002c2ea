package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions from outside: curl against the assembled service. */
class SessionSystemIT {
  private static final List<String> CONTROL = List.of("--scope", "session");

  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    service = Service.fresh().start();
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static String startOrder(String kasmId, String user) {
    return "{\"kasm_id\":\""
        + kasmId
        + "\",\"user_id\":\"id of "
        + user
        + "\",\"username\":\""
        + user
        + "\",\"kasm_user\":\""
        + user
        + "\",\"credential_type\":\"dynamic\","
        + "\"jwt_token\":\"one.two.three\",\"storage_mappings\":[{\"secret_access_key\":\"xyzzy\"}]}";
  }

  private static String endOrder(String kasmId) {
    return "{\"kasm_id\":\"" + kasmId + "\"}";
  }

  private static String[] order(String path, String json) {
    return new String[] {"-H", "Content-Type: application/json", "--data", json, service.url(path)};
  }

  private static String control(String... curl) throws Exception {
    return service.curl(CONTROL, curl).output();
  }

  private static String post(String path, String json) throws Exception {
    return control(order(path, json));
  }

  @Test
  void startsWatchesAndEndsASession() throws Exception {
    String kasmId = UUID.randomUUID().toString();
    assertThat(post("/session_start", startOrder(kasmId, "kdstrial1")))
        .contains("\"state\":\"running\"", "\"outcome\":\"ready\"");
    assertThat(control(service.url("/sessions/" + kasmId))).contains("\"username\":\"kdstrial1\"");
    Path journal = service.home().resolve("state/sessions/" + kasmId + ".json");
    assertThat(Files.readString(journal)).contains("kdstrial1").doesNotContain("xyzzy", "two");
    assertThat(service.home().resolve("run/sessions/" + kasmId)).content().contains("xyzzy");

    assertThat(post("/session_end", endOrder(kasmId))).contains("\"state\":\"ended\"");
    String events =
        control("-N", "--max-time", "30", service.url("/sessions/" + kasmId + "/events"));
    assertThat(events).contains("event: state", "\"text\":\"starting\"", "\"text\":\"ended\"");
    assertThat(service.home().resolve("run/sessions/" + kasmId)).doesNotExist();
    assertThat(post("/session_end", endOrder(kasmId))).contains("\"state\":\"ended\"");
    assertThat(post("/session_end", endOrder(UUID.randomUUID().toString()))).contains("unknown");
  }

  @Test
  void followsEventsWhileAnotherUserIsServed() throws Exception {
    String one = UUID.randomUUID().toString();
    String two = UUID.randomUUID().toString();
    post("/session_start", startOrder(one, "kdstrial2"));
    CompletableFuture<String> events =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return control(
                    "-N", "--max-time", "60", service.url("/sessions/" + one + "/events"));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(post("/session_start", startOrder(two, "kdstrial3"))).contains("ready");
    assertThat(post("/session_end", endOrder(two))).contains("ended");
    assertThat(post("/session_end", endOrder(one))).contains("ended");
    assertThat(events.get(60, TimeUnit.SECONDS)).contains("\"text\":\"ended\"").doesNotContain(two);
  }

  @Test
  void refusesTheTokensOfAnEndedSession() throws Exception {
    String kasmId = UUID.randomUUID().toString();
    List<String> files = List.of("--scope", "files:read", "--kasm-id", kasmId);
    post("/session_start", startOrder(kasmId, "kdstrial4"));
    assertThat(service.status(files, service.url("/api/downloads"))).isEqualTo("200");
    post("/session_end", endOrder(kasmId));
    assertThat(service.status(files, service.url("/api/downloads"))).isEqualTo("401");
  }

  @Test
  void needsAControlTokenForThisServer() throws Exception {
    String[] start = order("/session_start", startOrder(UUID.randomUUID().toString(), "kdstrial5"));
    assertThat(service.status(List.of("--scope", "files:read admin"), start)).isEqualTo("403");
    List<String> elsewhere = List.of("--audience", "9a1c3b52-0000-4000-8000-000000000000");
    assertThat(service.status(elsewhere, start)).isEqualTo("401");
    assertThat(service.status(CONTROL, start)).as("control").isEqualTo("200");
  }

  @Test
  void keepsSessionsOverARestart() throws Exception {
    String kasmId = UUID.randomUUID().toString();
    post("/session_start", startOrder(kasmId, "kdstrial6"));
    service.stop();
    Path garbage = service.home().resolve("state/sessions/garbage.json");
    Files.writeString(garbage, "{\"session\":");
    service.start();
    assertThat(control(service.url("/sessions/" + kasmId))).contains("\"state\":\"running\"");
    assertThat(service.curl(service.url("/health")).output()).contains("garbage.json");
    assertThat(post("/session_end", endOrder(kasmId))).contains("\"state\":\"ended\"");
  }
}
