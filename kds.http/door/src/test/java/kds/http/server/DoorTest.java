package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoorTest {
  private static final KeyPair KEY = Jwt.pair("RSA 2048");
  private static final String GOOD = Jwt.token("RS256", KEY.getPrivate(), Jwt.claims());

  @TempDir Path folder;

  @Test
  void servesAValidTokenAndNoOther() throws Exception {
    try (TestDoor door = TestDoor.open(folder, Jwt.pem(KEY.getPublic()))) {
      HttpResponse<String> served = door.getAs(GOOD, "/x");
      assertThat(served.statusCode()).isEqualTo(200);
      assertThat(served.body()).contains("subject=user-1", "username=ada", "virtual=true");
      assertThat(served.headers().firstValue("Kds-Request-Id")).isPresent();
      assertThat(served.headers().firstValue("Server")).isEmpty();
      assertThat(door.get("/x").statusCode()).isEqualTo(401);
      assertThat(door.get("/no/such/path").statusCode()).isEqualTo(401);
    }
  }

  /** What the README tells an issuer to do, done as it says. */
  @Test
  void servesATokenMadeAsTheReadmeSays() throws Exception {
    OpenSsl.needed();
    String readme = Files.readString(Path.of("..", "README.md"));
    String section = readme.substring(readme.indexOf("### An issuer of one's own"));
    String script = section.substring(section.lastIndexOf("```sh") + 5, section.lastIndexOf("```"));
    Process bash =
        new ProcessBuilder("bash", "-ec", script)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String token = new String(bash.getInputStream().readAllBytes()).strip();
    assertThat(bash.waitFor()).isZero();
    String key = OpenSsl.run(folder, "pkey -in issuer.pem -pubout");
    try (TestDoor door = TestDoor.open(folder, key.getBytes(), "ssl", false)) {
      assertThat(door.getAs(token, "/need/files:write").body()).contains("username=ada");
    }
  }
}
