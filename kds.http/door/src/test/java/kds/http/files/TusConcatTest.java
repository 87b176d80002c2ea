package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import kds.http.route.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TusConcatTest {
  private static final String A = "a".repeat(43);
  private static final String B = "b".repeat(43);

  @Test
  void readsPartsAndWholes() throws Exception {
    assertThat(TusConcat.of(null)).isEqualTo(new TusConcat.Alone());
    assertThat(TusConcat.of("partial")).isEqualTo(new TusConcat.Part());
    TusConcat both = new TusConcat.Whole(List.of(B, A));
    assertThat(TusConcat.of("final;" + B + " " + A)).isEqualTo(both);
    assertThat(TusConcat.of("final;/files/" + B + " https://h:1/files/" + A)).isEqualTo(both);
    assertThat(TusConcat.of("final; https://h/x/files/" + B + " /files/" + A)).isEqualTo(both);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Partial",
        "partial;",
        "final",
        "final;",
        "final; ",
        "final;short",
        "final;/other/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "final;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "final;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "final;/files/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"
      })
  void refusesWhatItWouldHaveToGuess(String header) {
    assertThatThrownBy(() -> TusConcat.of(header))
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.problem().word()).isEqualTo("bad-concat"));
  }

  @Test
  void boundsTheNumberOfParts() throws Exception {
    List<String> keys = IntStream.range(0, 501).mapToObj("%043d"::formatted).toList();
    String most = "final;" + String.join(" ", keys.subList(0, 500));
    assertThat(TusConcat.of(most)).isEqualTo(new TusConcat.Whole(keys.subList(0, 500)));
    String more = "final;" + String.join(" ", keys);
    assertThatThrownBy(() -> TusConcat.of(more)).isInstanceOf(Refusal.class);
  }

  @Test
  void remembersWhatWasSent() {
    for (TusMemo memo :
        List.of(
            new TusMemo("", ""),
            new TusMemo("{filename eA==", ""),
            new TusMemo("", "partial"),
            new TusMemo("filename eA==", "final;" + A))) {
      assertThat(TusMemo.read(memo.write())).isEqualTo(memo);
    }
    assertThat(new TusMemo("", "partial").isFinal()).isFalse();
    assertThat(new TusMemo("", "final;" + A).isFinal()).isTrue();
  }
}
