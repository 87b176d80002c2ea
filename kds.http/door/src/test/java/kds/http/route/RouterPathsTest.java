package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import kds.http.testing.InHouse;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which paths lead somewhere, and which names of files come through whole. */
class RouterPathsTest extends InHouse {
  private Answer raw(String method, String target) throws IOException {
    return Raw.get(house.door.port(), method, target, AUTH, "Content-Length: 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/nowhere",
        "/Downloads",
        "/health/",
        "/upload/x",
        "/api",
        "/API/downloads",
        "/downloads/x",
        "/health;x",
        "/%20health"
      })
  void knowsNoOtherPath(String path) throws Exception {
    Answer answer = raw("GET", path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("not-found", "/openapi.json");
  }

  @Test
  void takesAnEncodedLetterOfAPathForTheLetter() throws Exception {
    assertThat(raw("GET", "/%68ealth").text()).contains("scope-missing");
    assertThat(raw("GET", "/api/%5F%5Fhealthcheck").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/Downloads/../x",
        "/Downloads/./x",
        "/Downloads/a/../../x",
        "/Downloads/%2e%2e/x",
        "/Downloads/%2E%2e/x",
        "/Downloads/.%2e/x",
        "/Downloads/%2e",
        "/Downloads/a%2fb",
        "/Downloads/%2Fetc%2Fpasswd",
        "/Downloads//etc/passwd",
        "//Downloads/x",
        "/Downloads/a//b",
        "/Downloads/%C0%AE%C0%AE/x",
        "/Downloads/%C0%AF",
        "/Downloads/%E0%80%AF",
        "/Downloads/%ED%A0%80",
        "/Downloads/%FF",
        "/Downloads/%C3",
        "/nowhere/../Downloads/x",
        "/addon/%2e%2e/upload",
      })
  void refusesUnsafePathsInEveryMethod(String target) throws Exception {
    for (String method : new String[] {"GET", "PUT", "POST", "HEAD"}) {
      Answer answer = Raw.get(house.door.port(), method, target, AUTH, "Content-Length: 0");
      assertThat(answer.status()).as(method).isEqualTo(400);
      if (!method.equals("HEAD")) {
        assertThat(answer.text()).contains("urn:kds:problem:unsafe-path");
      }
    }
    assertThat(house.files.names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/Downloads/a/", "/Downloads/"})
  void takesASlashAtTheEndForAFolderToBeSentAndForNothingElse(String target) throws Exception {
    for (String method : new String[] {"PUT", "POST"}) {
      Answer answer = Raw.get(house.door.port(), method, target, AUTH, "Content-Length: 0");
      assertThat(answer.status()).as(method).isEqualTo(400);
      assertThat(answer.text()).contains("urn:kds:problem:unsafe-path");
    }
    assertThat(house.files.names()).isEmpty();
  }

  /** Jetty's own parser stands before the router here; what counts is that both refuse. */
  @ParameterizedTest
  @ValueSource(strings = {"a%00b", "%", "%4", "%zz", "a%", "%u0041"})
  void refusesWhatIsNotEvenAUri(String name) throws Exception {
    for (String method : new String[] {"GET", "PUT"}) {
      assertThat(raw(method, "/Downloads/" + name).status()).isEqualTo(400);
    }
    assertThat(house.files.names()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.txt",
        "with blank.txt",
        "..hidden",
        "...",
        "a;b=c",
        "back\\slash\\..\\x",
        "100%",
        "%2e%2e",
        "quote\"'`",
        "q?&#=+",
        "ü",
        "u\u0308",
        "🎉 emoji",
        "名前",
        "tab\tand\nline",
        "\u202Ereversed",
        "-rf",
        "CON",
        "{path}",
      })
  void storesAndGivesBackEveryNameAFileCanHave(String name) throws Exception {
    String target = "/Downloads/deep/" + RequestPath.encode(name);
    Answer put = house.client.put(target, "content of " + name);
    assertThat(put.status()).isEqualTo(201);
    assertThat(put.headers()).containsEntry("Location", target);
    assertThat(house.files.names()).containsExactly("deep/" + name);
    assertThat(get(target).text()).isEqualTo("content of " + name);
    assertThat(get("/api/downloads?path=/deep").status()).isEqualTo(200);
  }

  @Test
  void takesNamesOfUpTo255Bytes() throws Exception {
    String emoji = "🎉".repeat(63) + "abc";
    assertThat(emoji.getBytes(StandardCharsets.UTF_8)).hasSize(255);
    for (String name : new String[] {"x".repeat(255), emoji}) {
      assertThat(house.client.put("/Downloads/" + RequestPath.encode(name), "1").status())
          .isEqualTo(201);
      Answer longer = house.client.put("/Downloads/" + RequestPath.encode(name + "x"), "1");
      assertThat(longer.status()).isEqualTo(400);
      assertThat(longer.text()).contains("name-too-long");
    }
  }

  @Test
  void takesRawUtf8InAPathAndRefusesOtherRawBytes() throws Exception {
    byte[] good =
        ("PUT /Downloads/ü HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + AUTH + "\r\n")
            .getBytes(StandardCharsets.UTF_8);
    byte[] tail = "Content-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(Raw.send(house.door.port(), concat(good, tail), false).status()).isEqualTo(201);
    assertThat(house.files.names()).containsExactly("ü");
    byte[] bad =
        ("PUT /Downloads/ü HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + AUTH + "\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertThat(Raw.send(house.door.port(), concat(bad, tail), false).status()).isEqualTo(400);
    assertThat(house.files.names()).containsExactly("ü");
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] all = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
