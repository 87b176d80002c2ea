package kds.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Semaphore reader = new Semaphore(0);
  private final AtomicInteger writes = new AtomicInteger();
  private final Backlog backlog = new Backlog(1000, this::write).open();

  /** Standard output, of which somebody has to read for it to go on. */
  private void write(byte[] bytes, int from, int length) {
    reader.acquireUninterruptibly();
    writes.incrementAndGet();
    out.write(bytes, from, length);
  }

  @AfterEach
  void close() {
    reader.release(1 << 20);
    backlog.close();
  }

  @Test
  void writesAllInOrderWhateverTheSizes() {
    reader.release(1 << 20);
    StringBuilder wanted = new StringBuilder();
    for (int size = 0; size < 3000; size += 7) {
      String text = (size + "-").repeat(size).substring(0, size);
      wanted.append(text);
      put(text, size % 11 == 0);
    }
    backlog.close();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(wanted.toString());
  }

  @Test
  void whatComesTogetherIsWrittenTogether() {
    reader.release(1 << 20);
    for (int number = 0; number < 100; number++) {
      put("1234567\n", false);
    }
    backlog.flush(LONG);
    assertThat(out.size()).isEqualTo(800);
    assertThat(writes.get()).isLessThan(100);
  }

  @Test
  void writesALoneRecordWithoutBeingAsked() throws Exception {
    put("alone\n", false);
    reader.release();
    long end = System.nanoTime() + LONG.toNanos();
    while (out.size() < 6) {
      assertThat(System.nanoTime()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @Test
  void whoPutsMoreThanFitsWaitsUntilItIsRead() throws Exception {
    CompletableFuture<Void> all = CompletableFuture.runAsync(() -> put("x".repeat(5000), false));
    assertThatThrownBy(() -> all.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(out.size()).isZero();
    reader.release(1 << 20);
    all.get(30, TimeUnit.SECONDS);
    backlog.close();
    assertThat(out.size()).isEqualTo(5000);
  }

  @Test
  void isWrittenWhenItIsClosedAndAlsoWhatComesAfterThat() {
    reader.release(1 << 20);
    put("before\n", false);
    backlog.close();
    put("after\n", false);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("before\nafter\n");
  }

  @Test
  void aFlushReturnsWhenItIsWrittenAndGivesUpInTheEnd() {
    put("record\n", false);
    backlog.flush(Duration.ofMillis(50));
    assertThat(out.size()).isZero();
    reader.release(1 << 20);
    backlog.flush(LONG);
    assertThat(out.size()).isEqualTo(7);
  }

  @Test
  void recordsOfManyThreadsStayWholeAndInEachOnesOrder() throws Exception {
    reader.release(1 << 20);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int thread = 0; thread < 20; thread++) {
        String name = "thread-" + thread + "-";
        all.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int number = 0; number < 500; number++) {
                    put(name + number + "\n", number % 50 == 0);
                  }
                },
                threads));
      }
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    backlog.close();
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(10_000);
    for (int thread = 0; thread < 20; thread++) {
      String name = "thread-" + thread + "-";
      List<String> its = lines.stream().filter(line -> line.startsWith(name)).toList();
      for (int number = 0; number < 500; number++) {
        assertThat(its.get(number)).isEqualTo(name + number);
      }
    }
  }

  private void put(String text, boolean now) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    synchronized (this) {
      backlog.put(bytes, bytes.length, now);
    }
  }
}
