package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class NegativeTokensTest {
  @TempDir static Path folder;
  private static TestDoor door;

  static List<NegativeTokens.Vector> vectors() {
    return NegativeTokens.all();
  }

  @BeforeAll
  static void open() throws Exception {
    ByteArrayOutputStream keys = new ByteArrayOutputStream();
    keys.writeBytes(Jwt.pem(TokenVectors.RSA.getPublic()));
    keys.writeBytes(Jwt.pem(TokenVectors.EC.getPublic()));
    keys.writeBytes(Jwt.pem(TokenVectors.ED.getPublic()));
    door = TestDoor.open(folder, keys.toByteArray(), "brute_force_attempts", 0, "ssl", false);
  }

  @AfterAll
  static void close() {
    try (TestDoor _ = door) {
      for (NegativeTokens.Vector vector : vectors()) {
        for (String part : vector.token().split("\\.")) {
          if (part.length() > 60) {
            assertThat(door.log()).doesNotContain(part);
            assertThat(String.join("\n", door.accessLog)).doesNotContain(part);
          }
        }
      }
    }
  }

  @Test
  void areAHundredAndMore() {
    assertThat(vectors()).hasSizeGreaterThanOrEqualTo(200);
  }

  @Test
  void haveAControlThatIsAccepted() throws Exception {
    String good = Jwt.token("RS256", TokenVectors.RSA.getPrivate(), Jwt.claims());
    assertThat(door.getAs(good, "/x").statusCode()).isEqualTo(200);
    assertThat(door.get("/x?token=" + good).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void areRefusedInTheHeader(NegativeTokens.Vector vector) throws Exception {
    String answer =
        door.exchange(
            "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                + vector.token()
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 " + vector.status());
    assertThat(answer).contains("application/problem+json", vector.says());
    assertThat(answer).doesNotContain("subject=");
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void areRefusedAsParameter(NegativeTokens.Vector vector) throws Exception {
    String encoded = URLEncoder.encode(vector.token(), StandardCharsets.UTF_8);
    int status = vector.status() == 431 || encoded.length() > 32_000 ? 414 : vector.status();
    HttpResponse<String> answer = door.get("/x?a=b&token=" + encoded);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains(status == 414 ? "uri-too-long" : vector.says());
  }
}
