package kds.core.stop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.api.capability.Drain;
import org.junit.jupiter.api.Test;

class ShutdownTest {
  @Test
  void waitsForAllAlsoWhenOneFails() throws Exception {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    Drain broken =
        () -> {
          throw new IllegalStateException("This one is broken, as the test wants");
        };
    Drain late =
        () -> {
          asked.countDown();
          return slow;
        };
    Thread stopping =
        Thread.startVirtualThread(() -> drain(List.of(broken, late), Duration.ofMinutes(1)));
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(stopping.join(Duration.ofMillis(300))).as("it goes on without the slow").isFalse();
    slow.complete(null);
    assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void waitsNoLongerThanItsBound() {
    long began = System.nanoTime();
    drain(List.of(CompletableFuture::new), Duration.ofMillis(200));
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(190), Duration.ofSeconds(10));
  }

  private static void drain(List<Drain> drains, Duration most) {
    try {
      Shutdown.drain(drains, most);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
