package kds.http.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AccessLogTest {
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
