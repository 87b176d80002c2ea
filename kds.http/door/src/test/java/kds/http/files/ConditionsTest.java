package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConditionsTest {
  private static final String BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
  private static final String AT = "Sun, 06 Nov 1994 08:49:37 GMT";
  private static final String AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";

  private final Conditions file =
      new Conditions("\"v1\"", Instant.parse("1994-11-06T08:49:37.999Z"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      quoteCharacter = '`',
      value = {
        // If-Match | If-Unmodified-Since | If-None-Match | If-Modified-Since | outcome
        "-|-|-|-|SEND",
        "\"v1\"|-|-|-|SEND",
        "\"v0\", \"v1\"|-|-|-|SEND",
        "\"a,b\",\"v1\"|-|-|-|SEND",
        "*|-|-|-|SEND",
        "\"v0\"|-|-|-|FAILED",
        "W/\"v1\"|-|-|-|FAILED",
        "v1|-|-|-|FAILED",
        "-|AT|-|-|SEND",
        "-|AFTER|-|-|SEND",
        "-|BEFORE|-|-|FAILED",
        "-|nonsense|-|-|SEND",
        "\"v1\"|BEFORE|-|-|SEND",
        "\"v0\"|AFTER|-|-|FAILED",
        "-|-|\"v1\"|-|NOT_MODIFIED",
        "-|-|W/\"v1\"|-|NOT_MODIFIED",
        "-|-|\"v0\", W/\"v1\"|-|NOT_MODIFIED",
        "-|-|*|-|NOT_MODIFIED",
        "-|-|\"v0\"|-|SEND",
        "-|-|\"v0\"|AFTER|SEND",
        "-|-|\"v1\"|BEFORE|NOT_MODIFIED",
        "-|-|-|AT|NOT_MODIFIED",
        "-|-|-|AFTER|NOT_MODIFIED",
        "-|-|-|BEFORE|SEND",
        "-|-|-|nonsense|SEND",
        "\"v1\"|-|\"v1\"|-|NOT_MODIFIED",
        "\"v0\"|-|\"v1\"|-|FAILED",
        "-|BEFORE|\"v1\"|AT|FAILED",
      })
  void areEvaluatedInTheOrderOfRfc9110(
      String ifMatch, String unmodified, String ifNoneMatch, String modified, String outcome) {
    Map<String, String> headers = new HashMap<>();
    headers.put("If-Match", ifMatch);
    headers.put("If-Unmodified-Since", date(unmodified));
    headers.put("If-None-Match", ifNoneMatch);
    headers.put("If-Modified-Since", date(modified));
    assertThat(file.evaluate(headers::get)).hasToString(outcome);
  }

  private static String date(String word) {
    return switch (word) {
      case "BEFORE" -> BEFORE;
      case "AT" -> AT;
      case "AFTER" -> AFTER;
      case null, default -> word;
    };
  }

  @Test
  void readsTheOldFormsOfADateToo() {
    assertThat(file.evaluate(Map.of("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")::get))
        .isEqualTo(Conditions.Outcome.NOT_MODIFIED);
    assertThat(file.evaluate(Map.of("If-Modified-Since", "Sun Nov  6 08:49:37 1994")::get))
        .isEqualTo(Conditions.Outcome.NOT_MODIFIED);
  }

  @Test
  void letARangeCountForThisContentOnly() {
    Instant later = Instant.parse("1994-11-06T09:00:00Z");
    assertThat(file.rangeCounts(null, later)).isTrue();
    assertThat(file.rangeCounts("\"v1\"", later)).isTrue();
    assertThat(file.rangeCounts("\"v0\"", later)).isFalse();
    assertThat(file.rangeCounts("W/\"v1\"", later)).isFalse();
    assertThat(file.rangeCounts(AT, later)).isTrue();
    assertThat(file.rangeCounts(BEFORE, later)).isFalse();
    assertThat(file.rangeCounts(AFTER, later)).isFalse();
    assertThat(file.rangeCounts("nonsense", later)).isFalse();
  }

  @Test
  void doNotTrustADateOfTheSameSecond() {
    assertThat(file.rangeCounts(AT, Instant.parse("1994-11-06T08:49:37.999Z"))).isFalse();
    assertThat(file.rangeCounts(AT, Instant.parse("1994-11-06T08:49:38.001Z"))).isTrue();
  }
}
