package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/a|a",
        "/a/b|a/b",
        "/a%20b|a b",
        "/a+b|a+b",
        "/a;v=1/b|a;v=1/b",
        "/a%3Bv|a;v",
        "/a%5Cb|a\\b",
        "/a\\b|a\\b",
        "/..\\..\\x|..\\..\\x",
        "/%5C..%5C|\\..\\",
        "/...|...",
        "/.hidden|.hidden",
        "/a..b|a..b",
        "/%2e%2e%2e|...",
        "/%252e%252e|%2e%2e",
        "/%25|%",
        "/100%2525|100%25",
        "/%C3%BC|ü",
        "/u%CC%88|u\u0308",
        "/ü|ü",
        "/%F0%9F%8E%89|🎉",
        "/%EF%BF%BD|\uFFFD",
        "/%22quote%22|\"quote\"",
        "/'|'",
        "/%0A|`\n`",
        "/~user|~user",
        "/C:|C:",
        "/%7Bpath%7D|{path}",
      })
  void decodesOnceAndTakesEveryLetter(String encoded, String path) throws Refusal {
    assertThat(RequestPath.ofRequest(encoded).from(0)).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "a",
        "//a",
        "/a//b",
        "/a//",
        "/.",
        "/..",
        "/a/..",
        "/a/./b",
        "/a/../b",
        "/%2e",
        "/%2E%2e",
        "/.%2e/x",
        "/%2e%2E/x",
        "/a%2Fb",
        "/a%2fb",
        "/%2e%2e%2fetc",
        "/%00",
        "/a%00.txt",
        "/%",
        "/%2",
        "/%GG",
        "/%2G",
        "/%-1",
        "/%u0041",
        "/%C0%AE%C0%AE",
        "/%C0%AF",
        "/%E0%80%AF",
        "/%F0%80%80%AF",
        "/%C1%9C",
        "/%C3",
        "/%C3%28",
        "/%FF",
        "/%FE%FF",
        "/%ED%A0%80",
        "/%F5%80%80%80",
        "/%80",
        "/\uFFFD",
      })
  void refusesWhatTwoProgramsCouldReadDifferently(String encoded) {
    assertThatThrownBy(() -> RequestPath.ofRequest(encoded))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.problem().status()).isEqualTo(400);
              assertThat(refusal.problem().word()).isEqualTo("unsafe-path");
            });
  }

  @Test
  void knowsATrailingSlash() throws Refusal {
    assertThat(RequestPath.ofRequest("/a/")).isEqualTo(new RequestPath(List.of("a"), true));
    assertThat(RequestPath.ofRequest("/")).isEqualTo(new RequestPath(List.of(), true));
  }

  @Test
  void readsPlainTextWithoutDecodingIt() throws Refusal {
    assertThat(RequestPath.ofText("a/100%25 b").from(0)).isEqualTo("a/100%25 b");
    for (String bad : new String[] {"/etc/passwd", "../x", "a/../b", "a//b", "a\0b", ".", "//"}) {
      assertThatThrownBy(() -> RequestPath.ofText(bad)).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void encodesSoThatDecodingGivesTheSame() throws Refusal {
    String path = "ü 🎉/a;b\\c/100%/\"q\"/#?&+/'(x)!*";
    String encoded = RequestPath.encode(path);
    assertThat(encoded).matches("[A-Za-z0-9._~%/-]+");
    assertThat(RequestPath.ofRequest("/" + encoded).from(0)).isEqualTo(path);
  }
}
