package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How fast output is taken, and that it leaves nothing in memory. For a figure, on a machine that
 * has nothing else to do: {@code -Dkds.output.bytes=4294967296}.
 */
class OutputRateTest {
  private static final Logger LOG = LoggerFactory.getLogger(OutputRateTest.class);
  private static final long BYTES = Long.getLong("kds.output.bytes", 64L << 20);

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

  @ParameterizedTest
  @CsvSource({
    "lines of 80 bytes, yes $(printf '%079d' 7)",
    "no line at all, tr '\\0' x </dev/zero",
    "NUL bytes, cat /dev/zero"
  })
  void outputOfAnySizeLeavesTheHeapAsItWas(String what, String writes) throws Exception {
    String text = writes + " | head -c ";
    house.one(text + (8 << 20));
    long heap = HostileCampaign.heap();
    long began = System.nanoTime();
    ScriptRun run = house.one(text + BYTES);
    double seconds = (System.nanoTime() - began) / 1e9;
    long last = afterLastCollection();
    long grown = HostileCampaign.heap() - heap;
    LOG.warn(
        "{}: {} MiB at {} MB/s, heap {} KiB and {} KiB more, {} KiB after its last collection",
        what,
        BYTES >> 20,
        Math.round(BYTES / seconds / 1e6),
        heap >> 10,
        grown >> 10,
        last >> 10);
    assertThat(run.outcome()).isEqualTo(Outcome.DONE);
    assertThat(run.outputBytes()).isEqualTo(BYTES);
    assertThat(grown).isLessThan(4 << 20);
  }

  /** What the last collection of each pool of the heap left, in bytes. */
  private static long afterLastCollection() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null)
        .mapToLong(pool -> pool.getCollectionUsage().getUsed())
        .sum();
  }
}
