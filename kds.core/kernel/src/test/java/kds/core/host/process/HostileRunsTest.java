package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that do not want to end, many of them. {@code -Dkds.hostile.runs=10000} for a campaign,
 * {@code -Dkds.hostile.bytes=1073741824} for what the talkative ones write.
 */
class HostileRunsTest {
  private static final Logger LOG = LoggerFactory.getLogger(HostileRunsTest.class);
  private static final int RUNS = Integer.getInteger("kds.hostile.runs", 200);
  private static final long BYTES = Long.getLong("kds.hostile.bytes", 16L << 20);
  private static final int AT_ONCE = 4;

  /** What they do; each leaves something alive, or does not end by itself. */
  private static final Map<String, String> KINDS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("double fork", "( (sleep 600 &) & ); exit 0"),
              Map.entry("setsid", "setsid setsid sleep 600 >/dev/null 2>&1 & exit 0"),
              Map.entry("ignored TERM", "trap '' TERM HUP INT; while :; do sleep 1; done"),
              Map.entry("closed stdio", "exec 0<&- 1<&- 2<&-; sleep 600 & sleep 600"),
              Map.entry("fork bomb", "trap '' TERM; b() { b | b & }; b; wait; sleep 600"),
              Map.entry("output", "head -c $bytes /dev/zero; (sleep 600 &) ; exit 0"),
              Map.entry("no newline", "while printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; do :; done"),
              Map.entry("NUL bytes", "cat /dev/zero & exec cat /dev/zero >&2"),
              Map.entry(
                  "daemon holds pipe", "setsid bash -c 'while sleep 0.01; do echo d; done' &"),
              Map.entry("stopped", "(kill -STOP $BASHPID; sleep 600) & sleep 0.02; kill -STOP $$"),
              Map.entry("no environment", "exec env -i setsid -f /bin/sleep 600"),
              Map.entry(
                  "forks on TERM", "trap 'sleep 600 & sleep 600 & wait' TERM; sleep 600 & wait"),
              Map.entry("ends with the limit", "sleep 600 & sleep 0.15")));

  @RegisterExtension final Machine machine = Machine.withControlGroups();

  private final String mark = UUID.randomUUID().toString();
  private final Map<String, AtomicInteger> ended = new ConcurrentHashMap<>();
  private final AtomicLong taken = new AtomicLong();

  @Test
  void leaveNothingBehind() throws Exception {
    run(List.copyOf(KINDS.keySet()), KINDS.size());
    int descriptors = Machine.descriptors();
    long heap = heap();
    long began = System.nanoTime();
    run(List.copyOf(KINDS.keySet()), RUNS);
    double seconds = (System.nanoTime() - began) / 1e9;
    LOG.warn(
        "{} hostile runs in {} s, {} MiB of output, heap {} KiB more, {} descriptors more; {}",
        RUNS,
        (int) seconds,
        taken.get() >> 20,
        heap() - heap >> 10,
        Machine.descriptors() - descriptors,
        ended);
    assertThat(left()).as("processes left").isEmpty();
    assertThat(machine.programs().groups()).isEmpty();
    assertThat(machine.folders()).isEmpty();
    assertThat(heap() - heap).isLessThan(16L << 20);
    Machine.until("descriptors are closed", () -> descriptorsNow() <= descriptors + 4);
  }

  private void run(List<String> kinds, int runs) throws Exception {
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        String kind = kinds.get(i % kinds.size());
        all.add(
            threads.submit(
                () -> {
                  one(kind);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  private void one(String kind) throws Exception {
    AtomicLong bytesTaken = new AtomicLong();
    boolean talks = kind.equals("output");
    var run =
        machine
            .command("/bin/bash", KINDS.get(kind))
            .environment(Map.of("PATH", "/usr/bin:/bin", "bytes", "" + BYTES, "mark", mark))
            .tasks(48)
            .limit(talks ? Machine.LONG : Duration.ofMillis(200), Duration.ofMillis(50))
            .output((error, bytes) -> bytesTaken.addAndGet(bytes.remaining()))
            .start();
    var exit = run.exit();
    run.process().end(Duration.ZERO);
    assertThat(machine.members(run.group())).as(kind).isEmpty();
    if (talks) {
      assertThat(bytesTaken).hasValue(BYTES);
    }
    taken.addAndGet(bytesTaken.get());
    ended
        .computeIfAbsent(exit.cause() + " " + exit.code(), key -> new AtomicInteger())
        .incrementAndGet();
  }

  /** Whoever still bears the mark or is in a group, wherever he is. */
  private List<ProcessTable.Entry> left() throws IOException {
    List<ProcessTable.Entry> left = new ArrayList<>();
    for (ProcessTable.Entry each : ProcessTable.now().all()) {
      if (each.state() != 'Z'
          && (holds(each.pid(), "environ", mark)
              || holds(each.pid(), "cgroup", machine.name())
                  && holds(each.pid(), "cgroup", ".group"))) {
        left.add(each);
      }
    }
    return left;
  }

  private static boolean holds(long pid, String file, String text) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid, file));
      return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  private static int descriptorsNow() {
    try {
      return Machine.descriptors();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
