package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class TimeSliceTest {
  /** Long enough for a busy machine to run a thread that may run. */
  private static final long PATIENCE_SECONDS = 20;

  private static final long MOMENT_MILLIS = 500;

  /** Twice as many threads that compute as there are processors to carry them. */
  private static final int MANY = 2 * Runtime.getRuntime().availableProcessors();

  @Test
  void letsOthersRunBesideMoreWorkThanThereAreProcessors() throws Exception {
    assertThat(aNewcomerRunsBeside(true, PATIENCE_SECONDS * 1000)).isTrue();
  }

  /** Should Java begin to share the processor out by itself, all this can go. */
  @Test
  void controlWithoutItNobodyElseWouldRun() throws Exception {
    assertThat(aNewcomerRunsBeside(false, MOMENT_MILLIS)).isFalse();
  }

  private static boolean aNewcomerRunsBeside(boolean sliced, long patienceMillis)
      throws InterruptedException {
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch busy = new CountDownLatch(Runtime.getRuntime().availableProcessors());
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      workers.add(Thread.ofVirtual().start(() -> compute(busy, over, sliced)));
    }
    assertThat(busy.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    CountDownLatch ran = new CountDownLatch(1);
    Thread newcomer = Thread.ofVirtual().start(ran::countDown);
    boolean could = ran.await(patienceMillis, TimeUnit.MILLISECONDS);
    over.set(true);
    for (Thread worker : workers) {
      worker.join();
    }
    newcomer.join();
    return could;
  }

  private static void compute(CountDownLatch busy, AtomicBoolean over, boolean sliced) {
    TimeSlice slice = new TimeSlice();
    busy.countDown();
    while (!over.get()) {
      if (sliced) {
        slice.check();
      }
      Thread.onSpinWait();
    }
  }
}
