package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scope carried x scope needed x session x audience x server. */
final class ScopeMatrixTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final List<String> SCOPES =
      List.of("files:read", "files:write", "screenshot", "health", "session", "admin", "acme:scan");
  private static final List<String> CONTROL = List.of("session", "admin");
  private static final List<Object> AUDIENCES =
      Arrays.asList(null, TestDoor.SERVER_ID, List.of("another", TestDoor.SERVER_ID), "another");

  @TempDir Path folder;

  @Test
  void decidesEachCombination() throws Exception {
    int checked = 0;
    int served = 0;
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false)) {
      for (String server : List.of(TestDoor.SERVER_ID, "")) {
        door.modify("server_id", server);
        for (Object audience : AUDIENCES) {
          for (boolean session : new boolean[] {true, false}) {
            for (String has : SCOPES) {
              String token = token(has, audience, session);
              for (String needs : SCOPES) {
                HttpResponse<String> answer = door.getAs(token, "/need/" + needs);
                assertThat(answer.statusCode())
                    .as(
                        "server %s, aud %s, %s for %s: %s",
                        server, audience, has, needs, answer.body())
                    .isEqualTo(expected(has, needs, audience, server));
                checked++;
                served += answer.statusCode() == 200 ? 1 : 0;
              }
            }
          }
        }
      }
    }
    assertThat(checked).isEqualTo(784);
    // With the server known: 5 scopes without audience, 7 with each good one; unknown: the former.
    assertThat(served).isEqualTo(2 * (5 + 7 + 7) + 2 * 5);
  }

  @Test
  void takesTheRightsAwayThatTheDeploymentDenies() throws Exception {
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false)) {
      assertThat(status(door, "write")).isEqualTo(200);
      assertThat(status(door, "write", "allow_kasm_uploads", true)).isEqualTo(200);
      assertThat(status(door, "write", "allow_kasm_uploads", false)).isEqualTo(403);
      assertThat(status(door, "write", "allow_kasm_downloads", false)).isEqualTo(200);
      assertThat(status(door, "read", "allow_kasm_uploads", false)).isEqualTo(200);
      assertThat(status(door, "read", "allow_kasm_downloads", false)).isEqualTo(403);
      assertThat(status(door, "read", "allow_kasm_downloads", "no")).isEqualTo(401);
    }
  }

  private static int status(TestDoor door, String needs, Object... more) throws Exception {
    Object[] claims = Arrays.copyOf(more, more.length + 2);
    claims[more.length] = "scope";
    claims[more.length + 1] = "files:read files:write";
    String token = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims(claims));
    return door.getAs(token, "/need/files:" + needs).statusCode();
  }

  private static String token(String scope, Object audience, boolean session) {
    return Jwt.token(
        "ES256",
        KEY.getPrivate(),
        Jwt.claims(
            "scope",
            scope,
            "aud",
            audience,
            "kasm_id",
            session ? Jwt.claims().get("kasm_id") : null));
  }

  /** The rule once more, told as a table: who is not meant is 401, who may not is 403. */
  private static int expected(String has, String needs, Object audience, String server) {
    boolean meant = audience == null || !server.isEmpty() && audience.toString().contains(server);
    if (!meant) {
      return 401;
    }
    boolean control = CONTROL.contains(needs);
    return has.equals(needs) && (!control || audience != null) ? 200 : 403;
  }
}
