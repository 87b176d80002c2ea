package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scripts that behave as badly as they can. Longer: {@code -Dkds.hostile.runs=10000}. */
class HostileRunsTest {
  private static final Logger LOG = LoggerFactory.getLogger(HostileRunsTest.class);
  private static final int RUNS = Integer.getInteger("kds.hostile.runs", 36);

  private static final List<String> KINDS =
      List.of(
          "( ( sleep 600 & ) & ) ; exit 1",
          "setsid sleep 600 & setsid -f sleep 600; exit 2",
          "trap '' TERM INT HUP; ( trap '' TERM; sleep 600 ) & exit 3",
          "exec <&- >&- 2>&-; setsid sleep 600 & exit 4",
          "f() { f & f & }; f 2>/dev/null; exit 5",
          "head -c 3000000 /dev/zero | tr '\\0' x; exit 6",
          "head -c 300000 /dev/zero; exit 7",
          "head -c 300000 /dev/urandom; exit 8",
          "yes y | head -c 3000000; kill -9 $$");

  @TempDir Path folder;
  private House house;

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private static long heap() {
    for (int round = 0; round < 3; round++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void nothingIsLeftOfAnyOfThemAndTheHeapIsFlat() throws Exception {
    Settings settings =
        new Settings(house.root, Duration.ofSeconds(20), Duration.ofMillis(200), false, 64, 10);
    ScriptRunning scripts = house.scripts(settings);
    long before = 0;
    for (int run = 0; run < RUNS; run++) {
      if (run == KINDS.size()) {
        before = heap();
      }
      String kind = KINDS.get(run % KINDS.size());
      house.bash("session_end/x.sh", "echo head; " + kind);
      ScriptRun done = house.all(scripts, "session_end", House.context()).getFirst();
      assertThat(done.outcome()).as("%s: %s", kind, done.message()).isEqualTo(Outcome.FAILED);
      assertThat(done.head()).as(kind).startsWith("head\n");
      assertThat(house.living()).as(kind).isEmpty();
    }
    long grown = heap() - before;
    LOG.warn("{} hostile runs: 0 processes left, heap grew by {} KiB", RUNS, grown / 1024);
    assertThat(grown).isLessThan(16 << 20);
  }

  @Test
  void headAndTailOfALotOfOutputAreExact() throws Exception {
    ScriptRun run = house.one("seq 1 2000000; printf last");
    StringBuilder head = new StringBuilder();
    for (int number = 1; head.length() < Excerpt.PART; number++) {
      head.append(number).append('\n');
    }
    StringBuilder tail = new StringBuilder();
    for (int number = 1_990_000; number <= 2_000_000; number++) {
      tail.append(number).append('\n');
    }
    tail.append("last");
    assertThat(run.head()).isEqualTo(head.substring(0, Excerpt.PART));
    assertThat(run.tail()).isEqualTo(tail.substring(tail.length() - Excerpt.PART));
    assertThat(run.outputBytes()).isEqualTo(14_888_896 + 4);
  }
}
