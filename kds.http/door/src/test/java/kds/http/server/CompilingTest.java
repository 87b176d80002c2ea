package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The warm-up ends when the compilers have little left to do. */
final class CompilingTest {
  private final AtomicLong worked = new AtomicLong(millis(700));
  private final AtomicLong clock = new AtomicLong(millis(12_345));
  private final Compiling compiling = new Compiling(worked::get, clock::get);

  @Test
  void goesOnAsLongAsTheyWork() {
    for (int i = 0; i < 10; i++) {
      pass(500, 60);
      assertThat(compiling.getAsBoolean()).isFalse();
    }
  }

  @Test
  void endsWhenTheyWorkedLittleForAWhile() {
    pass(500, 300);
    assertThat(compiling.getAsBoolean()).isFalse();
    pass(500, 40);
    assertThat(compiling.getAsBoolean()).isTrue();
  }

  @Test
  void doesNotTakeAShortPauseForTheEnd() {
    pass(499, 0);
    assertThat(compiling.getAsBoolean()).isFalse();
    pass(1, 400);
    assertThat(compiling.getAsBoolean()).isFalse();
  }

  @Test
  void looksAtTheShareWhereLookingTookLonger() {
    pass(5_000, 400);
    assertThat(compiling.getAsBoolean()).isTrue();
    pass(5_000, 600);
    assertThat(compiling.getAsBoolean()).isFalse();
  }

  @Test
  void seesTheCompilersOfThisMachine() {
    assertThat(Compiling.now().getAsBoolean()).isFalse();
  }

  private void pass(long time, long work) {
    clock.addAndGet(millis(time));
    worked.addAndGet(millis(work));
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
