package kds.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class BytesTest {
  private static final byte[] MARK = "    | ".getBytes(StandardCharsets.US_ASCII);

  /** Another statement of the rule: what a line of text must not hold. */
  private static final Pattern FORBIDDEN =
      Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f\\x80-\\x9f\\u2028-\\u202e\\u2066-\\u2069]");

  private static final String ODD =
      "\u0000\u0007\b\t\n\u000b\r\u001b\u001f\u007f\u0080\u0085\u009b\u009f\u00a0\u00fc\u2027\u2028"
          + "\u2029\u202a\u202e\u202f\u2065\u2066\u2069\u206a\ufeff\uffff\"\\/{} ~";

  @Test
  void writesWhatNeedsNoEscapeAsItIs() {
    String plain = "one \"two\" C:\\three\tfour, f\u00fcnf \u516d \ud83d\ude00 '%{}'";
    assertThat(text(plain)).isEqualTo(plain);
  }

  @Test
  void showsWhatEndsLinesSteersTerminalsOrTurnsWriting() {
    assertThat(text("a\r\nb\u001b[31mc\u007f\u009b31m\u2028\u202e\u2066"))
        .isEqualTo("a\\r\\nb\\x1b[31mc\\x7f\\x9b31m\\u2028\\u202e\\u2066");
  }

  @Test
  void marksEachFurtherLine() {
    assertThat(written(new Bytes().lines("one\n\ttwo\r\nthree\u001b", MARK)))
        .isEqualTo("one\n    | \ttwo\\r\n    | three\\x1b");
  }

  @Test
  void findsEachCharacterAtEachPlace() {
    for (int at = 0; at < 40; at++) {
      for (char c = 0; c < 0x100; c++) {
        String text = "x".repeat(at) + c + "y".repeat(40 - at);
        String shown = text(text);
        assertThat(FORBIDDEN.matcher(shown).find()).as("U+%04X at %d", (int) c, at).isFalse();
        assertThat(shown.equals(text))
            .as("U+%04X at %d", (int) c, at)
            .isEqualTo(!FORBIDDEN.matcher(text).find());
        assertThat(new JsonMapper().readValue(json(text), String.class)).isEqualTo(text);
      }
    }
  }

  @Test
  void noTextHoldsWhatIsForbiddenAndJsonSaysTheSame() {
    Random random = new Random(20);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(60); length > 0; length--) {
        switch (random.nextInt(8)) {
          case 0 -> text.append(ODD.charAt(random.nextInt(ODD.length())));
          case 1 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
          case 2 -> text.append((char) random.nextInt(0xd800));
          default -> text.append((char) (' ' + random.nextInt(95)));
        }
      }
      String all = text.toString();
      String json = json(all);
      assertThat(FORBIDDEN.matcher(text(all)).find()).isFalse();
      assertThat(FORBIDDEN.matcher(json).find() || json.contains("\t")).isFalse();
      assertThat(new JsonMapper().readValue(json, String.class)).isEqualTo(all);
    }
  }

  @Test
  void keepsNothingThatAVeryLongRecordNeeded() {
    Bytes bytes = new Bytes();
    bytes.text("x".repeat(1 << 20));
    assertThat(bytes.length()).isEqualTo(1 << 20);
    bytes.clear();
    assertThat(bytes.array()).hasSizeLessThan(1 << 14);
    assertThat(written(bytes.text("short"))).isEqualTo("short");
  }

  private static String text(String text) {
    return written(new Bytes().text(text));
  }

  private static String json(String text) {
    return written(new Bytes().json(text));
  }

  private static String written(Bytes bytes) {
    return new String(bytes.array(), 0, bytes.length(), StandardCharsets.UTF_8);
  }
}
