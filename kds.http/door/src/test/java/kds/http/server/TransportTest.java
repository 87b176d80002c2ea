package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a token travels, and that it goes no further than the door. */
final class TransportTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final String GOOD = Jwt.token("ES256", KEY.getPrivate(), Jwt.claims());
  private static final String OTHER =
      Jwt.token("ES256", KEY.getPrivate(), Jwt.claims("sub", "other"));

  @TempDir static Path folder;
  private static TestDoor door;

  @BeforeAll
  static void open() throws Exception {
    door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()), "ssl", false, "brute_force_attempts", 0);
  }

  @AfterAll
  static void tokensAreNowhereInTheLogs() {
    try (TestDoor _ = door) {
      for (String token : List.of(GOOD, OTHER)) {
        assertThat(door.log()).doesNotContain(token.substring(token.lastIndexOf('.')));
        assertThat(String.join("\n", door.accessLog))
            .doesNotContain(token.substring(token.lastIndexOf('.')));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/x?token=@",
        "/x?a=1&token=@",
        "/x?token=@&a=1",
        "/x?TOKEN=@",
        "/x?%74oken=@",
        "/x?a=1&&token=@&",
        "/x?t%6Fken=@&b=%26"
      })
  void isTakenFromTheQueryAndOutOfIt(String uri) throws Exception {
    HttpResponse<String> answer = door.get(uri.replace("@", GOOD));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain(GOOD).doesNotContainIgnoringCase("token=");
  }

  @Test
  void isTakenFromTheHeaderAndOutOfIt() throws Exception {
    for (String scheme : List.of("Bearer ", "bearer ", "BEARER ")) {
      HttpResponse<String> answer = door.get("/x?b=1", "Authorization", scheme + GOOD);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("/x?b=1").doesNotContain(GOOD, "Authorization");
    }
  }

  @Test
  void isNotInARedirect() throws Exception {
    HttpResponse<String> answer = door.get("/redirect?token=" + GOOD + "&a=1");
    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("Location").orElseThrow())
        .contains("a=1")
        .doesNotContain(GOOD, "token");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "header twice;Authorization: Bearer G|Authorization: Bearer G;/x",
        "header twice, different;Authorization: Bearer G|Authorization: Bearer O;/x",
        "header and parameter;Authorization: Bearer G;/x?token=G",
        "header and empty parameter;Authorization: Bearer G;/x?token=",
        "parameter twice;X-A: b;/x?token=G&token=O",
        "parameter twice, once encoded;X-A: b;/x?token=G&%74oken=G",
        "parameter twice, case;X-A: b;/x?token=G&Token=G"
      },
      delimiter = ';')
  void isRefusedWhenThereAreTwo(String name, String headers, String uri) throws Exception {
    String answer =
        door.exchange(
            "GET "
                + uri.replace("G", GOOD).replace("O", OTHER)
                + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + headers.replace("G", GOOD).replace(" O", " " + OTHER).replace("|", "\r\n")
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400").contains("token-ambiguous");
  }

  @Test
  void isNotTakenFromAnotherScheme() throws Exception {
    assertThat(door.get("/x", "Authorization", "Basic YTpi").statusCode()).isEqualTo(401);
    assertThat(door.get("/x", "Authorization", "DPoP " + GOOD).statusCode()).isEqualTo(401);
    assertThat(door.get("/x", "Authorization", GOOD).statusCode()).isEqualTo(401);
    assertThat(door.get("/x", "Cookie", "token=" + GOOD).statusCode()).isEqualTo(401);
  }

  @Test
  void isNotLoggedWhenItsRequestIsRefusedBefore() throws Exception {
    door.exchange("GET /a//b?token=" + GOOD + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    door.exchange("TRACE /x?token=" + GOOD + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    door.exchange("GET /x?token=" + GOOD + " HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    door.exchange("GET /x?token=" + GOOD + " HTTP/3.0\r\n\r\n");
    HttpResponse<String> failed = door.get("/fail?token=" + GOOD);
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body())
        .contains("problem:internal")
        .doesNotContain("secret detail", "Exception");
    assertThat(door.log()).contains("GET /fail failed");
  }

  @ParameterizedTest
  @CsvSource({"TRACE,405", "PROPFIND,405", "get,405", "OPTIONS,401", "PATCH,401", "HEAD,401"})
  void methodsWithoutUseAreRefused(String method, int status) throws Exception {
    String answer = door.exchange(method + " /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    assertThat(answer).contains("nosniff", "no-store", "Kds-Request-Id");
  }

  @ParameterizedTest
  @CsvSource(
      value = {
        "content length twice;Content-Length: 3|Content-Length: 4",
        "length and chunked;Content-Length: 3|Transfer-Encoding: chunked",
        "chunked twice;Transfer-Encoding: chunked|Transfer-Encoding: chunked",
        "chunked not last;Transfer-Encoding: chunked, gzip",
        "blank before colon;Content-Length : 3",
        "folded header;X-A: b| c",
        "length negative;Content-Length: -3",
        "length with plus;Content-Length: +3",
        "length hex;Content-Length: 0x3",
        "two hosts;Host: b"
      },
      delimiter = ';')
  void whatTwoServersCouldReadDifferentlyIsRefused(String name, String headers) throws Exception {
    String answer =
        door.exchange(
            "POST /x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                + GOOD
                + "\r\n"
                + headers.replace("|", "\r\n")
                + "\r\n\r\nabc");
    assertThat(answer).startsWith("HTTP/1.1 400").doesNotContain("subject=");
  }

  @ParameterizedTest
  @CsvSource({
    "/a%2Fb,400",
    "/a//b,400",
    "/a/%2e%2e/b,400",
    "/a%00b,400",
    "/a%C3,400",
    "/a%c0%af,400",
    "/a%u0041,400",
    "/a%,400",
    "/..;/b,400",
    "/a%25b,200",
    "/a%3Bb,200",
    "/a;b,200",
    "/a%5Cb,200",
    "/a%C3%A4,200",
    "/a%20b,200",
    "/a%0Ab,200",
    "/a..b,200",
    "/\u00e4,200",
    "/%F0%9F%98%80,200"
  })
  void pathsAreRefusedOrPassedAsTheyAre(String path, int status) throws Exception {
    String answer =
        door.exchange(
            "GET "
                + path
                + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                + GOOD
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 " + status);
    if (status == 200) {
      assertThat(answer).contains("uri=http://a" + path);
    } else {
      assertThat(answer).contains("application/problem+json");
    }
  }
}
