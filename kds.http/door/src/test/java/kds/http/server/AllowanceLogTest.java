package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who cuts off thousands of connections does not fill the log with them. */
class AllowanceLogTest {
  private static final int MOST = 100;
  private static final Pattern SAID = Pattern.compile("Cut off (\\d+) connection");

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong(1);
  private final Allowance allowance = new Allowance(MOST, clock::get);
  private PrintStream before;

  @BeforeEach
  void listen() {
    before = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void leave() {
    System.setErr(before);
  }

  /** Each alone holds too much. */
  private void cutOff(int count) {
    for (int i = 0; i < count; i++) {
      Allowance.Holder holder = () -> {};
      assertThat(allowance.hold(holder, MOST + 1)).isFalse();
      allowance.gone(holder);
    }
  }

  private void pass(long time, TimeUnit unit) {
    clock.addAndGet(unit.toNanos(time));
  }

  /** How many each line speaks of. */
  private List<Integer> said() {
    return SAID.matcher(log.toString(StandardCharsets.UTF_8))
        .results()
        .map(line -> Integer.valueOf(line.group(1)))
        .toList();
  }

  @Test
  void speaksOnceInTenSecondsHoweverManyGo() {
    for (int second = 0; second <= 30; second++) {
      cutOff(5);
      allowance.report();
      pass(1, TimeUnit.SECONDS);
    }
    assertThat(said()).containsExactly(5, 50, 50, 50);
  }

  @Test
  void keepsTheRestForTheNextTime() {
    cutOff(1);
    allowance.report();
    cutOff(3);
    pass(10_000_000_000L - 1, TimeUnit.NANOSECONDS);
    allowance.report();
    assertThat(said()).as("a moment too early").containsExactly(1);
    pass(1, TimeUnit.NANOSECONDS);
    allowance.report();
    assertThat(said()).containsExactly(1, 3);
  }

  @Test
  void tellsEachWhereTenSecondsPassInBetween() {
    for (int time = 0; time < 4; time++) {
      cutOff(2);
      allowance.report();
      pass(10, TimeUnit.SECONDS);
    }
    assertThat(said()).containsExactly(2, 2, 2, 2);
  }

  @Test
  void saysNothingWhenNobodyWent() {
    for (int second = 0; second < 60; second++) {
      Allowance.Holder honest = () -> {};
      allowance.hold(honest, MOST);
      allowance.release(honest);
      allowance.report();
      pass(1, TimeUnit.SECONDS);
    }
    assertThat(said()).isEmpty();
    cutOff(1);
    allowance.report();
    assertThat(said()).as("at once").containsExactly(1);
  }
}
