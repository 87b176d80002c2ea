package kds.core.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderProbeTest {
  @TempDir Path folder;

  @Test
  void doesNotWaitForAFolderThatHangs() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    FolderProbe probe =
        new FolderProbe(
            path -> {
              asked.incrementAndGet();
              return path.equals(folder) || awaited(free);
            },
            Duration.ofMillis(200));
    Path dead = Path.of("/dead");
    long began = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      assertThat(probe.answers(dead)).isFalse();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(590), Duration.ofSeconds(20));
    assertThat(asked).as("one thread for all who ask").hasValue(1);
    assertThat(probe.answers(folder)).as("others answer meanwhile").isTrue();
    free.countDown();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!probe.answers(dead) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(probe.answers(dead)).as("it is back").isTrue();
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void tellsWhatIsThere() throws Exception {
    FolderProbe probe = new FolderProbe(Files::isDirectory, Duration.ofSeconds(20));
    assertThat(probe.answers(folder)).isTrue();
    assertThat(probe.answers(folder.resolve("none"))).isFalse();
  }
}
