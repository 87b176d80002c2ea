package kds.core.host.process;

import static kds.core.host.process.Machine.GRACE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import kds.api.host.HostExit.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** What a program writes is taken whole, at the taker's pace, in bounded memory. */
class OutputTest {
  private static final long GIB = 1L << 30;

  @RegisterExtension final Machine machine = Machine.withControlGroups();

  @Test
  void takesAGibibyteWithAFlatHeap() throws Exception {
    AtomicLong count = new AtomicLong();
    CRC32C sum = new CRC32C();
    AtomicLong most = new AtomicLong();
    long before = heap();
    long began = System.nanoTime();
    var run =
        machine
            .words("/usr/bin/head", "-c", "" + GIB, "/dev/zero")
            .output(
                (error, bytes) -> {
                  long now = count.addAndGet(bytes.remaining());
                  sum.update(bytes);
                  if (now % (256L << 20) < 65536) {
                    most.accumulateAndGet(heap(), Math::max);
                  }
                })
            .start();
    assertThat(run.exit().code()).isZero();
    double seconds = (System.nanoTime() - began) / 1e9;
    report("1 GiB: %.0f MiB/s, heap grew by %d KiB", 1024 / seconds, (most.get() - before) >> 10);
    assertThat(count).hasValue(GIB);
    assertThat(sum.getValue()).isEqualTo(zeros());
    assertThat(most.get() - before).isLessThan(16L << 20);
  }

  private static long zeros() {
    CRC32C sum = new CRC32C();
    byte[] block = new byte[1 << 20];
    for (long i = 0; i < GIB; i += block.length) {
      sum.update(block);
    }
    return sum.getValue();
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void aSlowTakerSlowsTheProgramDown() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicLong count = new AtomicLong();
    var run =
        machine
            .words("/usr/bin/head", "-c", "10000000", "/dev/zero")
            .output(
                (error, bytes) -> {
                  await(go);
                  count.addAndGet(bytes.remaining());
                })
            .start();
    // It fills the pipe and one buffer, and then sleeps in its write: state S, and not the end.
    Machine.until(
        "it waits",
        () -> ProcessTable.entry(run.process().pid()).filter(e -> e.state() == 'S').isPresent());
    assertThat(run.process().exit().toCompletableFuture()).isNotDone();
    assertThat(count).hasValue(0);
    go.countDown();
    assertThat(run.exit().code()).isZero();
    assertThat(count).hasValue(10_000_000);
  }

  @Test
  void aTakerThatHangsHoldsUpNeitherTheLimitNorOthers() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    var hanging =
        machine
            .words("/usr/bin/yes")
            .limit(Duration.ofMillis(200), Duration.ZERO)
            .output((error, bytes) -> await(go))
            .start();
    assertThat(machine.bash("echo other").out()).isEqualTo("other\n");
    Machine.until("the limit is kept", () -> !Machine.lives(hanging.process().pid()));
    go.countDown();
    assertThat(hanging.exit().cause()).isEqualTo(Cause.LIMIT);
  }

  @Test
  void aTakerThatFailsDoesNotHarmTheProgram() throws Exception {
    var run =
        machine
            .command("/bin/bash", "head -c 5000000 /dev/zero && exit 7")
            .output(
                (error, bytes) -> {
                  throw new IllegalStateException("This taker fails, as the test wants");
                })
            .start();
    assertThat(run.exit().code()).isEqualTo(7);
  }

  @Test
  void takesBytesAsTheyAreWithoutALineEverEnding() throws Exception {
    byte[] expected = new byte[256 * 400];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) i;
    }
    expected = replace(expected);
    ByteBuffer got = ByteBuffer.allocate(expected.length + 1);
    String all = "for i in $(seq 400); do printf '" + octal() + "'; done";
    var run = machine.command("/bin/bash", all).output((error, bytes) -> got.put(bytes)).start();
    assertThat(run.exit().code()).isZero();
    assertThat(Arrays.copyOf(got.array(), got.position())).isEqualTo(expected);
  }

  private static String octal() {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 256; i++) {
      all.append(i == '\n' ? "\\000" : "\\%03o".formatted(i));
    }
    return all.toString();
  }

  /** No line ends: NUL stands for what would end one. */
  private static byte[] replace(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == '\n' ? 0 : bytes[i];
    }
    return bytes;
  }

  @Test
  void keepsStandardErrorApart() throws Exception {
    var run = machine.bash("for i in 1 2 3; do echo out $i; echo err $i >&2; done");
    assertThat(run.out()).isEqualTo("out 1\nout 2\nout 3\n");
    assertThat(run.err()).isEqualTo("err 1\nerr 2\nerr 3\n");
  }

  @Test
  void callsTheTakerInOneThreadAtATime() throws Exception {
    AtomicLong inside = new AtomicLong();
    AtomicLong together = new AtomicLong();
    var run =
        machine
            .command("/bin/bash", "head -c 9000000 /dev/zero >&2 & head -c 9000000 /dev/zero; wait")
            .output(
                (error, bytes) -> {
                  together.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.yield();
                  inside.decrementAndGet();
                })
            .start();
    assertThat(run.exit().code()).isZero();
    assertThat(together).hasValue(1);
  }

  @Test
  void aProgramThatClosesItsOutputsRunsOn() throws Exception {
    var run = machine.bash("exec 0<&- 1>&- 2>&-; sleep 0.3; exit 5");
    var exit = run.exit();
    assertThat(exit.code()).isEqualTo(5);
    assertThat(exit.took()).isGreaterThan(Duration.ofMillis(250));
  }

  @Test
  void aBackgroundChildThatHoldsTheOutputDoesNotHoldUpTheExit() throws Exception {
    long began = System.nanoTime();
    var run = machine.bash("echo begun; (while sleep 0.1; do echo more; done) & exit 3");
    assertThat(run.exit().code()).isEqualTo(3);
    Duration waited = Duration.ofNanos(System.nanoTime() - began);
    assertThat(waited).isLessThan(Duration.ofSeconds(10));
    assertThat(machine.members(run.group())).isNotEmpty();

    // What it writes later is taken: it must not die of a closed pipe.
    run.untilSaid("more");
    int then = run.said().out().length();
    Machine.until("there is more", () -> run.said().out().length() > then + 10);
    run.process().end(Duration.ZERO);
    assertThat(machine.members(run.group())).isEmpty();
  }

  @Test
  void aChildThatNeverStopsWritingDoesNotHoldUpTheExit() throws Exception {
    var run =
        machine
            .command("/bin/bash", "yes & echo end >&2; exit 0")
            .output((error, bytes) -> bytes.position(bytes.limit()))
            .start();
    assertThat(run.exit().code()).isZero();
    run.process().end(Duration.ZERO);
  }

  @Test
  void takesWhatATeeWritesAfterTheProgramsEnd() throws Exception {
    var run = machine.bash("exec > >(sleep 0.05; tee /dev/null); echo late");
    assertThat(run.out()).isEqualTo("late\n");
    machine.programs().end(run.group(), GRACE);
  }

  @Test
  void closesThePipesWhenTheLastHolderIsGone() throws Exception {
    machine.bash("exit 0").exit();
    int before = Machine.descriptors();
    for (int i = 0; i < 5; i++) {
      var run = machine.bash("sleep 600 & exit 0");
      run.exit();
      machine.programs().end(run.group(), Duration.ZERO);
    }
    Machine.until("they are closed", () -> descriptors() <= before);
  }

  private static int descriptors() {
    try {
      return Machine.descriptors();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch go) {
    try {
      assertThat(go.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void report(String format, Object... arguments) {
    LoggerFactory.getLogger(OutputTest.class).warn(format.formatted(arguments));
  }
}
