package kds.http.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import kds.http.testing.House;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  @Test
  void writesALineForEachRequestAndIsQuietAboutMissingScreenshots(@TempDir Path folder)
      throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (House house = new House(folder)) {
      house.client.put("/Downloads/a%20b?token=secret", "hello");
      house.client.call("GET", "/screenshot?token=secret");
      house.client.call("GET", "/last");
    } finally {
      System.setErr(before);
    }
    String lines = log.toString(StandardCharsets.UTF_8);
    assertThat(lines)
        .containsPattern(
            "INFO kds.http.access - 127\\.0\\.0\\.1 \"PUT /Downloads/a%20b\\?token=\\.\\.\\.\""
                + " 201 in=5 out=\\d+ ms=\\d+ sub=\"user-1\"")
        .doesNotContain("secret", "WARN kds");
    assertThat(lines.lines().filter(line -> line.contains("/screenshot")))
        .noneMatch(line -> line.contains("INFO"));
  }

  @Test
  void writesNoTokenWhateverItsPlaceOrCase() {
    assertThat(Safe.quoted("GET /x?token=eyJ.a.b")).isEqualTo("\"GET /x?token=...\"");
    assertThat(Safe.quoted("GET /x?a=1&Token=eyJ.a.b&b=2"))
        .isEqualTo("\"GET /x?a=1&Token=...&b=2\"");
    assertThat(Safe.quoted("GET /x?tokens=2&mytoken=3")).isEqualTo("\"GET /x?tokens=2&mytoken=3\"");
    assertThat(Safe.quoted("GET /x?%74%6fken=secret&to%6Ben=secret")).doesNotContain("secret");
  }

  @Test
  void letsNobodyForgeALineOrAField() {
    assertThat(Safe.quoted("GET /a\r\n2026-01-01 INFO \"x\" 200 \u001b[31m\u2028\u202e\\"))
        .isEqualTo(
            "\"GET /a\\u000d\\u000a2026-01-01 INFO \\\"x\\\" 200 \\u001b[31m\\u2028\\u202e\\\\\"");
  }
}
