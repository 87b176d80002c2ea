package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a run costs over plain bash started by Java: told, not judged, as machines differ. */
class OverheadTest {
  private static final Logger LOG = LoggerFactory.getLogger(OverheadTest.class);
  private static final int WARM_UP = 30;
  private static final int ROUNDS = Integer.getInteger("kds.overhead.rounds", 21);
  private static final String SCRIPT = "echo done";

  @RegisterExtension final Machine machine = Machine.withControlGroups();

  @Test
  void isTold() throws Exception {
    List<Callable<?>> ways =
        List.of(
            OverheadTest::plain,
            () -> machine.bash(SCRIPT).exit(),
            () -> machine.command("/bin/bash", SCRIPT).user(Machine.SOMEBODY).start().exit());
    double[] inARow = medians(ways, 0);
    double[] alone = medians(ways, 60);
    LOG.warn("Median of one run, one after the other: {}", told(inARow));
    LOG.warn("Median of one run after 60 ms of quiet: {}", told(alone));
    LOG.warn("50 x 5 runs, 50 at once, ms for each run: {}", told(crowds(ways)));
    assertThat(inARow).doesNotContain(0);
  }

  private static String told(double[] ms) {
    return "plain bash %.2f ms, in a group %.2f ms (%+.2f), as a user %.2f ms (%+.2f)"
        .formatted(ms[0], ms[1], ms[1] - ms[0], ms[2], ms[2] - ms[0]);
  }

  /** The ways take turns, so that what else the machine does is the same for each. */
  private static double[] medians(List<Callable<?>> ways, long quietMillis) throws Exception {
    double[][] took = new double[ways.size()][ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      for (int way = 0; way < took.length; way++) {
        if (round >= 0) {
          Thread.sleep(quietMillis);
        }
        long began = System.nanoTime();
        ways.get(way).call();
        if (round >= 0) {
          took[way][round] = (System.nanoTime() - began) / 1e6;
        }
      }
    }
    return Arrays.stream(took).mapToDouble(OverheadTest::median).toArray();
  }

  private static double[] crowds(List<Callable<?>> ways) throws Exception {
    double[][] took = new double[ways.size()][3];
    for (int round = 0; round < 3; round++) {
      for (int way = 0; way < took.length; way++) {
        took[way][round] = crowd(ways.get(way));
      }
    }
    return Arrays.stream(took).mapToDouble(OverheadTest::median).toArray();
  }

  private static double crowd(Callable<?> way) throws Exception {
    long began = System.nanoTime();
    try (var threads = Executors.newFixedThreadPool(50)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (int j = 0; j < 5; j++) {
                    way.call();
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    return (System.nanoTime() - began) / 1e6 / 250;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static Void plain() throws Exception {
    Process process =
        new ProcessBuilder("/bin/bash", "-c", SCRIPT)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .start();
    assertThat(process.getInputStream().readAllBytes()).isNotEmpty();
    assertThat(process.waitFor()).isZero();
    return null;
  }
}
