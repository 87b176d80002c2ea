package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An engine with toys around it, and what its tests do again and again. */
abstract class EngineHarness {
  @TempDir Path folder;

  Rig rig;

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
  }

  static Status status(SessionReport report, String step) {
    return report.steps().stream()
        .filter(s -> s.name().equals(step))
        .reduce((first, last) -> last)
        .orElseThrow()
        .result()
        .status();
  }

  static void within20s(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
  }

  Limits waits(Duration end, Duration start) {
    Limits now = Rig.LIMITS;
    return new Limits(
        end, start, now.keep(), now.mostStarting(), now.mostEnded(), now.gap(), now.grace());
  }

  static SessionException.Reason reasonOf(CompletionStage<?> stage) throws Exception {
    try {
      stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
      throw new AssertionError("It was not refused");
    } catch (ExecutionException e) {
      return ((SessionException) e.getCause()).reason();
    }
  }
}
