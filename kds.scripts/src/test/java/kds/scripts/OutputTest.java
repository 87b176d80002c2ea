package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
  private final List<String> lines = new ArrayList<>();

  private Output output(String... secrets) {
    return new Output(List.of(secrets), lines::add);
  }

  private static void say(Output output, String text) {
    say(output, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void say(Output output, byte[] bytes) {
    output.take(false, ByteBuffer.wrap(bytes));
  }

  @Test
  void tellsLinesAsTheyAreCompleteAndTheLastOneAtTheEnd() {
    Output output = output();
    say(output, "a\nb");
    assertThat(lines).containsExactly("a");
    say(output, "c\r\n10%\r20%\r\nrest");
    output.flush();
    assertThat(lines).containsExactly("a", "bc", "10%", "20%", "rest");
  }

  @Test
  void showsControlCharactersAndReplacesWhatIsNoText() {
    Output output = output();
    say(output, new byte[] {'a', 0, 27, '[', '3', '1', 'm', 7, (byte) 0xff, '\t', 'z', '\n'});
    say(output, "\u0085\u202e\u2028x\n");
    assertThat(lines).containsExactly("a\\x00\\x1b[31m\\x07\ufffd\tz", "\\x85\\u202e\\u2028x");
    assertThat(output.head()).isEqualTo(String.join("\n", lines) + "\n");
  }

  @Test
  void cutsALineThatNeverEndsAndNoCharacterOfIt() {
    Output output = output();
    String text = "ä€😀".repeat(5000);
    say(output, text);
    output.flush();
    assertThat(lines).hasSizeGreaterThan(5);
    assertThat(lines).allMatch(line -> line.getBytes(StandardCharsets.UTF_8).length <= 8192);
    assertThat(String.join("", lines)).isEqualTo(text);
  }

  @Test
  void keepsStandardOutputAndErrorApartWithinALine() {
    Output output = output("secret-word");
    output.take(false, ByteBuffer.wrap("out: secret-".getBytes(StandardCharsets.UTF_8)));
    output.take(true, ByteBuffer.wrap("err\n".getBytes(StandardCharsets.UTF_8)));
    output.take(false, ByteBuffer.wrap("word.\n".getBytes(StandardCharsets.UTF_8)));
    assertThat(lines).containsExactly("err", "out: ********.");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 11, 64})
  void masksASecretWhereverItIsCut(int piece) {
    Output output = output("sesame-open", "sesame", "other-secret");
    byte[] text =
        "x sesame y sesame-open z sesame-opes other-secret sesamesesame other-secre\n"
            .getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < text.length; at += piece) {
      output.take(false, ByteBuffer.wrap(text, at, Math.min(piece, text.length - at)));
    }
    output.flush();
    assertThat(lines)
        .containsExactly(
            "x ******** y ******** z ********-opes ******** **************** other-secre");
  }

  @Test
  void aSecretCutOffByTheEndOfTheOutputIsMaskedToo() {
    Output output = output("a-very-long-secret");
    say(output, "a-very-long-secr");
    output.flush();
    assertThat(lines).containsExactly("********");
  }

  @Test
  void whatIsNoSecretComesThroughMaskingUnchanged() {
    Random random = new Random(7);
    for (int round = 0; round < 300; round++) {
      StringBuilder text = new StringBuilder();
      for (int at = 0; at < 500; at++) {
        text.append("abc\n".charAt(random.nextInt(4)));
      }
      String plain = text.toString();
      StringBuilder got = new StringBuilder();
      Mask mask =
          new Mask(
              List.of("abcabcabcabcabca", "ccccccccccccb"),
              (bytes, from, length) ->
                  got.append(new String(bytes, from, length, StandardCharsets.UTF_8)));
      int at = 0;
      while (at < plain.length()) {
        int next = Math.min(plain.length(), at + 1 + random.nextInt(40));
        byte[] bytes = plain.substring(at, next).getBytes(StandardCharsets.UTF_8);
        mask.feed(bytes, bytes.length);
        at = next;
      }
      mask.flush();
      assertThat(got.toString())
          .isEqualTo(
              plain.replace("abcabcabcabcabca", "********").replace("ccccccccccccb", "********"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131071, 131072, 131073, 200_000, 1_000_003})
  void keepsExactlyTheFirstAndTheLast(int size) {
    String text =
        new Random(size)
            .ints(size, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    Output output = output();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int piece = 1 + size / 13;
    for (int at = 0; at < size; at += piece) {
      output.take(false, ByteBuffer.wrap(bytes, at, Math.min(piece, size - at)));
    }
    int part = Excerpt.PART;
    assertThat(output.total()).isEqualTo(size);
    assertThat(output.head()).isEqualTo(text.substring(0, Math.min(part, size)));
    assertThat(output.tail())
        .isEqualTo(text.substring(Math.max(Math.min(part, size), size - part)));
  }

  @Test
  void tellsFollowersAndDoesNotWaitForASlowOne() throws Exception {
    Output output = output();
    BlockingQueue<String> quick = new LinkedBlockingQueue<>();
    BlockingQueue<String> slow = new LinkedBlockingQueue<>();
    try (AutoCloseable one = output.follow(quick::add).orElseThrow()) {
      say(output, "hello\n");
      assertThat(quick.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
      assertThat(one).isNotNull();
    }
    java.util.concurrent.CountDownLatch go = new java.util.concurrent.CountDownLatch(1);
    try (AutoCloseable two =
        output
            .follow(
                line -> {
                  try {
                    go.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  slow.add(line);
                })
            .orElseThrow()) {
      for (int line = 0; line < 10_000; line++) {
        say(output, line + "\n");
      }
      go.countDown();
      long told = 0;
      long missed = 0;
      while (told + missed < 10_000) {
        String line = slow.poll(20, TimeUnit.SECONDS);
        assertThat(line).as("told %s, missed %s", told, missed).isNotNull();
        if (line.endsWith("lines left out]")) {
          missed += Long.parseLong(line.substring(1, line.indexOf(' ')));
        } else {
          told++;
        }
      }
      assertThat(missed).isPositive();
      assertThat(two).isNotNull();
    }
  }

  @Test
  void sendsWhoComesAfterItIsForgottenElsewhere() throws Exception {
    Output output = output();
    say(output, "hello\n");
    assertThat(output.isForgotten()).isFalse();
    output.forget();
    assertThat(output.isForgotten()).isTrue();
    assertThat(output.follow(line -> {})).as("or it would be told an empty output").isEmpty();
  }
}
