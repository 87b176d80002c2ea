package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangesTest {
  /** {@code whole}, {@code none}, or the stretches. */
  private static String word(Ranges ranges) {
    return switch (ranges) {
      case Ranges.Whole() -> "whole";
      case Ranges.Unsatisfiable() -> "none";
      case Ranges.Parts(List<Span> spans) ->
          spans.stream().map(s -> s.first() + "-" + s.last()).collect(Collectors.joining(" "));
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes=0-0|0-0",
        "bytes=0-|0-99",
        "bytes=99-|99-99",
        "bytes=10-19|10-19",
        "BYTES=10-19|10-19",
        "bytes=90-200|90-99",
        "bytes=-1|99-99",
        "bytes=-100|0-99",
        "bytes=-1000|0-99",
        "bytes=100-|none",
        "bytes=100-200|none",
        "bytes=-0|none",
        "bytes=100-,-0|none",
        "bytes=0-0,100-|0-0",
        "bytes=0-0,-1|0-0 99-99",
        "bytes=50-59,0-9|50-59 0-9",
        "bytes=0-9,5-20|0-20",
        "bytes=0-9,10-20|0-20",
        "bytes=0-,0-,0-|0-99",
        "bytes=0-9, 20-29 ,,40-49|0-9 20-29 40-49",
        "bytes=0-99999999999999999999999|0-99",
        "bytes=99999999999999999999999-|none",
        "bytes=-99999999999999999999999|0-99",
        "bytes=00000000000000000000007-8|7-8",
        "bytes=9-5|whole",
        "bytes=0-5,9-5|whole",
        "bytes=|whole",
        "bytes=,|whole",
        "bytes=-|whole",
        "bytes=a-b|whole",
        "bytes=0-5;x|whole",
        "bytes=--5|whole",
        "bytes=+0-5|whole",
        "bytes 0-5|whole",
        "lines=0-5|whole",
        "bytes=0-5, bytes=9-10|whole",
      })
  void readsTheHeaderForAHundredBytes(String header, String expected) {
    assertThat(word(Ranges.of(header, 100))).isEqualTo(expected);
  }

  @Test
  void sendsTheWholeWhenNoRangeIsAsked() {
    assertThat(word(Ranges.of(null, 100))).isEqualTo("whole");
  }

  @Test
  void knowsThatAnEmptyFileHasNoByteToSend() {
    assertThat(word(Ranges.of("bytes=0-", 0))).isEqualTo("none");
    assertThat(word(Ranges.of("bytes=-5", 0))).isEqualTo("whole");
  }

  @Test
  void ignoresAHeaderThatAsksForTooManyPieces() {
    String many =
        IntStream.range(0, 65).mapToObj(i -> 2 * i + "-" + 2 * i).collect(Collectors.joining(","));
    assertThat(word(Ranges.of("bytes=" + many, 1000))).isEqualTo("whole");
    String enough = many.substring(0, many.lastIndexOf(','));
    assertThat(Ranges.of("bytes=" + enough, 1000))
        .isInstanceOfSatisfying(Ranges.Parts.class, p -> assertThat(p.spans()).hasSize(64));
  }
}
