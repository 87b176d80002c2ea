package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import kds.scripts.Script.Standing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderTest {
  @Test
  void readsWhatAScriptAsksFor() {
    Header header =
        Header.of(
            """
            #!/bin/bash
            # Copies the profile.
            # kds: user=session timeout=90s wait
            ## kds: after=10-a.sh,20-b.sh after=30-c.sh

            echo hello
            # kds: user=nobody
            """);
    assertThat(header)
        .isEqualTo(
            new Header(
                true, Duration.ofSeconds(90), true, List.of("10-a.sh", "20-b.sh", "30-c.sh")));
  }

  @Test
  void withoutOneEverythingIsAsConfigured() {
    assertThat(Header.of("#!/bin/sh\necho\n")).isEqualTo(new Header(false, null, null, List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "tiemout=5s,'tiemout=5s' is no option",
    "user=bob,user=session or user=root",
    "timeout=5,Write it like",
    "timeout=0s,1ms to 24h",
    "timeout=25h,1ms to 24h",
    "'wait, background',is no option",
  })
  void saysWhichLineItCannotRead(String options, String words) {
    assertThatThrownBy(() -> Header.of("#!/bin/sh\n# kds: " + options + "\n"))
        .hasMessageContaining("line 2")
        .hasMessageContaining(words);
  }

  private static Script script(String name, String... after) {
    Header header = new Header(false, null, null, List.of(after));
    return new Script("f/" + name, Path.of("/f", name), header, Standing.GOOD, "");
  }

  private static List<String> names(Order order) {
    return order.scripts().stream().map(Script::fileName).toList();
  }

  private static Order order(Script... scripts) {
    return Order.of(Arrays.asList(scripts));
  }

  @Test
  void scriptsBeginByNameExceptBehindThoseTheyAskToBeAfter() {
    assertThat(names(order(script("a", "c"), script("b"), script("c", "d"), script("d"))))
        .containsExactly("d", "c", "a", "b");
  }

  @Test
  void aCircleIsToldAndThenNamesDecide() {
    Order order = order(script("a", "b"), script("b", "c"), script("c", "a"), script("d", "a"));
    assertThat(names(order)).containsExactly("a", "b", "c", "d");
    assertThat(order.complaints()).singleElement().asString().contains("a, b, c");
  }

  @Test
  void whoAsksToBeAfterANobodyIsRunAndTold() {
    Order order = order(script("a", "nobody.sh"), script("b"));
    assertThat(names(order)).containsExactly("a", "b");
    assertThat(order.complaints()).singleElement().asString().contains("nobody.sh");
  }
}
