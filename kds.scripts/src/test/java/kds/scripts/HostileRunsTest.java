package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import kds.api.script.ScriptRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scripts that behave as badly as they can. Longer: {@code run/soak/scripts}.
 *
 * <p>{@code kds.hostile.runs}, how many; {@code kds.hostile.seed}; {@code kds.hostile.big}, how
 * many of them write {@code kds.hostile.bytes}.
 */
class HostileRunsTest {
  private static final Logger LOG = LoggerFactory.getLogger(HostileRunsTest.class);
  private static final int RUNS = Integer.getInteger("kds.hostile.runs", 60);
  private static final long SEED = Long.getLong("kds.hostile.seed", 1);
  private static final int BIG = Integer.getInteger("kds.hostile.big", 1);
  private static final long BYTES = Long.getLong("kds.hostile.bytes", 16L << 20);

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

  @Test
  void nothingIsLeftOfAnyOfThemAndTheHeapIsFlat() throws Exception {
    HostileCampaign campaign = new HostileCampaign(house, SEED);
    for (int kept = 0; kept < HostileCampaign.KEEP; kept++) {
      campaign.run(0, HostileKind.ALL);
    }
    long heap = HostileCampaign.heap();
    int descriptors = HostileCampaign.descriptors();
    long began = System.nanoTime();
    campaign.run(RUNS, Collections.nCopies(BIG, HostileKind.much(BYTES)));
    long grown = HostileCampaign.heap() - heap;
    LOG.warn(
        "{} hostile runs of seed {} in {} s, {} MiB of output, heap {} KiB and {} KiB more, {}"
            + " processes left; {}",
        RUNS,
        SEED,
        (System.nanoTime() - began) / 1_000_000_000,
        campaign.bytes() >> 20,
        heap >> 10,
        grown >> 10,
        campaign.left().size(),
        campaign.counts());
    assertThat(campaign.left()).isEmpty();
    assertThat(house.living()).isEmpty();
    assertThat(grown).isLessThan(16 << 20);
    House.until("descriptors are closed", () -> HostileCampaign.descriptors() <= descriptors + 4);
  }

  /**
   * The control of the campaign: it sees a process that stays, and output that is not as written.
   */
  @Test
  void theCampaignFindsWhatIsLeftAndWhatIsWrong() throws Exception {
    HostileCampaign campaign = new HostileCampaign(house, SEED);
    Process stays = new ProcessBuilder("sleep", campaign.mark()).start();
    try {
      House.until(
          "it is seen",
          () -> {
            try {
              return campaign.left().size() == 1;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } finally {
      stays.destroyForcibly().waitFor();
    }
    assertThat(campaign.left()).isEmpty();
    byte[] noise = new byte[HostileKind.NOISE];
    HostileKind kind = HostileKind.much(100_000);
    ScriptRun good = house.one("echo head; yes 0123456789abcde | head -c 100000; exit 9");
    assertThat(kind.wrong(good, noise)).isEmpty();
    ScriptRun spoilt = house.one("echo head; yes 0123456789abcdf | head -c 100000; exit 9");
    assertThat(kind.wrong(spoilt, noise)).contains("head");
    assertThat(HostileKind.ALL).allMatch(each -> !each.wrong(good, noise).isEmpty());
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
