package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one exception to the rule that every call needs a token. */
final class UploadKeyTest {
  private static final KeyPair KEY = Jwt.pair("RSA 2048");
  private static final String GOOD = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims());
  private static final String RIGHT = "/files/right" + "A-_".repeat(12) + "9z";
  private static final String WRONG = "/files/wrong" + "A-_".repeat(12) + "9z";

  @TempDir Path folder;

  private TestDoor open() throws Exception {
    return TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false, "brute_force_ban", "1h");
  }

  private static int status(TestDoor door, String method, String path, String... headers)
      throws Exception {
    StringBuilder raw = new StringBuilder(method + ' ' + path + " HTTP/1.1\r\nHost: x\r\n");
    for (String header : headers) {
      raw.append(header).append("\r\n");
    }
    String answer = door.exchange(raw + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    return Integer.parseInt(answer.split(" ", 3)[1]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "PATCH", "DELETE", "POST"})
  void needsNoTokenForItsOwnCalls(String method) throws Exception {
    try (TestDoor door = open()) {
      assertThat(status(door, method, RIGHT)).isEqualTo(200);
      assertThat(status(door, method, RIGHT, "Authorization: Bearer expired")).isEqualTo(200);
      String other = RIGHT.replace("/files/", "/uploads/");
      assertThat(status(door, method, other)).isEqualTo(200);
    }
  }

  @Test
  void reachesNoFurtherThanItsPathAndMethods() throws Exception {
    try (TestDoor door = open()) {
      for (String method : new String[] {"GET", "PUT", "OPTIONS"}) {
        assertThat(status(door, method, RIGHT)).as(method).isEqualTo(401);
      }
      String[] others = {
        "/files/",
        "/files",
        "/files/short",
        RIGHT + "x",
        RIGHT + "/",
        RIGHT + "/x",
        "/x" + RIGHT,
        "/files/../Downloads/" + "x".repeat(30),
        RIGHT.replace("A", "%41"),
        RIGHT.replace("/files", "/Files"),
        RIGHT + ";a",
        "/Downloads/" + "x".repeat(43)
      };
      for (String path : others) {
        assertThat(status(door, "PATCH", path)).as(path).isIn(400, 401, 429);
      }
      assertThat(status(door, "PATCH", "/files/", "Authorization: Bearer " + GOOD)).isEqualTo(200);
    }
  }

  @Test
  void countsWrongKeysAsBadTokensAndShutsNoRightOneOut() throws Exception {
    try (TestDoor door = open()) {
      for (int i = 0; i < 5; i++) {
        assertThat(status(door, "HEAD", WRONG)).isEqualTo(404);
      }
      assertThat(status(door, "HEAD", WRONG)).isEqualTo(429);
      assertThat(status(door, "GET", "/x")).isEqualTo(429);
      assertThat(status(door, "HEAD", RIGHT)).isEqualTo(200);
    }
  }

  @Test
  void isShortenedInTheLog() throws Exception {
    try (TestDoor door = open()) {
      status(door, "HEAD", RIGHT);
      TestDoor.await("the log", () -> !door.accessLog.isEmpty());
      assertThat(door.accessLog.toString())
          .contains("/files/rightA...")
          .doesNotContain(RIGHT.substring(7));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/x", ";a", "%20", "?a=b"})
  void isShortenedHoweverItIsWritten(String end) throws Exception {
    try (TestDoor door = open()) {
      status(door, "GET", RIGHT + end);
      TestDoor.await("the log", () -> !door.accessLog.isEmpty());
      assertThat(door.accessLog.toString())
          .contains("/files/rightA...")
          .doesNotContain(RIGHT.substring(7));
    }
  }
}
