package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConflictNamesTest {
  @ParameterizedTest(name = "{0} becomes {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "report.pdf            | report (1).pdf",
        "report (1).pdf        | report (1) (1).pdf",
        "README                | README (1)",
        "archive.tar.gz        | archive (1).tar.gz",
        "archive.tar.zst       | archive (1).tar.zst",
        "a.b.c                 | a.b (1).c",
        "photo.jpeg.bak        | photo.jpeg (1).bak",
        ".bashrc               | .bashrc (1)",
        ".config.json          | .config (1).json",
        ".tar.gz               | .tar (1).gz",
        "name.                 | name. (1)",
        "Letter to Mr. Smith   | Letter to Mr. Smith (1)",
        "Größe.ods             | Größe (1).ods",
        "写真.png              | 写真 (1).png",
      })
  void putsTheNumberBeforeTheExtension(String name, String expected) {
    assertThat(new ConflictNames(name).name(1)).isEqualTo(expected);
  }

  @Test
  void countsOn() {
    assertThat(new ConflictNames("a.txt").name(1000)).isEqualTo("a (1000).txt");
  }

  @ParameterizedTest(name = "{0} x {1} + {2}")
  @CsvSource({"a, 251, .pdf", "é, 125, .tar.gz", "写, 83, .png", "😀, 62, .jpeg", "a, 255, ''"})
  void shortensBetweenCharactersAndKeepsTheExtension(String letter, int count, String extension) {
    String name = letter.repeat(count) + extension;

    String other = new ConflictNames(name).name(12);

    byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
    int width = letter.getBytes(StandardCharsets.UTF_8).length;
    assertThat(bytes.length).isLessThanOrEqualTo(255).isGreaterThan(255 - width);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(other);
    assertThat(other).endsWith(" (12)" + extension).startsWith(letter.repeat(40));
    assertThat(other.replace(letter, "")).isEqualTo(" (12)" + extension);
  }

  @Test
  void takesAVeryLongEndingForPartOfTheName() {
    String name = "a." + "x".repeat(250);

    assertThat(new ConflictNames(name).name(1)).hasSize(255).startsWith("a.xxx").endsWith("x (1)");
  }
}
