package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kds.api.script.ScriptRun;
import kds.api.session.SessionContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many at once: nothing is mixed up; and what a script costs, printed. */
class OverheadTest {
  private static final Logger LOG = LoggerFactory.getLogger(OverheadTest.class);

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
  void fiftySessionsAtOnceWithFiveScriptsEachAreNotMixedUp() throws Exception {
    for (int script = 1; script <= 5; script++) {
      house.bash(
          "session_start/" + script,
          "for i in 1 2 3; do echo \"$kasm_id $username " + script + "\"; done");
    }
    ScriptRunning scripts = house.scripts();
    List<CompletableFuture<List<ScriptRun>>> all = new ArrayList<>();
    long began = System.nanoTime();
    for (int session = 0; session < 50; session++) {
      SessionContext context = House.context("id-" + session, "user" + session, List.of());
      all.add(scripts.folder("session_start", context).all().toCompletableFuture());
    }
    for (int session = 0; session < 50; session++) {
      List<ScriptRun> runs = all.get(session).get(120, TimeUnit.SECONDS);
      for (int script = 1; script <= 5; script++) {
        String line = "id-" + session + " user" + session + " " + script + "\n";
        assertThat(runs.get(script - 1).head()).isEqualTo(line.repeat(3));
      }
    }
    LOG.warn("50 sessions with 5 scripts each: {} ms", (System.nanoTime() - began) / 1_000_000);
  }

  @Test
  void tellsWhatAScriptCostsBesidePlainBash() throws Exception {
    Path script = house.bash("session_end/x", "true");
    ScriptRunning scripts = house.scripts();
    long[] ours = new long[60];
    long[] plain = new long[60];
    for (int round = -20; round < 60; round++) {
      long began = System.nanoTime();
      house.all(scripts, "session_end", House.context());
      long between = System.nanoTime();
      Process bash = new ProcessBuilder("/bin/bash", "-c", script.toString()).start();
      assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();
      if (round >= 0) {
        ours[round] = between - began;
        plain[round] = System.nanoTime() - between;
      }
    }
    LOG.warn(
        "A script takes {} us here, {} us as plain bash -c (medians of {})",
        median(ours) / 1000,
        median(plain) / 1000,
        ours.length);
  }

  private static long median(long[] all) {
    long[] sorted = all.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
