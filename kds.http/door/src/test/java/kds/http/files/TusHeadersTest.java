package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import kds.http.route.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TusHeadersTest {
  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String path(String header) throws Refusal {
    return TusMetadata.of(header).path();
  }

  @Test
  void keepsFoldersAndEveryScript() throws Exception {
    assertThat(path("filename " + base64("a/b ä/数.txt"))).isEqualTo("a/b ä/数.txt");
    assertThat(path("filename " + base64("x") + ",relativePath " + base64("a/x"))).isEqualTo("a/x");
    assertThat(path("relativePath " + base64("null") + ", name " + base64("x"))).isEqualTo("x");
    assertThat(path("filename " + base64("null"))).isEqualTo("null");
    assertThat(path(null)).isEqualTo("upload");
    assertThat(path("is_confidential,filetype dGV4dA==")).isEqualTo("upload");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "filename YQ",
        "filename YR==",
        "filename Y Q==",
        "filename  YQ==",
        "filename YQ==,",
        "filename YQ==,filename YQ==",
        "file\u00e4 YQ==",
        "filename _-8=",
        "filename /w==",
        "filename YS8="
      })
  void refusesWhatItWouldHaveToGuess(String header) {
    assertThatThrownBy(() -> path(header))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.problem().word()).isEqualTo("bad-metadata"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc/passwd", "a//b", "a/./b", "a/..", "nul\0"})
  void refusesPathsThatLeadOut(String path) {
    assertThatThrownBy(() -> path("filename " + base64(path)))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.problem().status()).isEqualTo(400));
  }
}
