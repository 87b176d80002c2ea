package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import kds.http.files.FileRoutes;
import kds.http.files.Rehearsal;
import kds.http.route.Router;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The exercise moves files through the real calls, and serves nobody else. */
@Timeout(60)
final class ExerciseTest {
  private static final long ROUND = 2 * Rehearsal.SIZE;
  private final AtomicInteger seen = new AtomicInteger();

  @Test
  void movesFilesBothWaysThroughTheRealCalls() throws Exception {
    try (Exercise exercise = new Exercise(settings(), counted(calls()))) {
      AtomicInteger asked = new AtomicInteger();
      assertThat(exercise.run(Duration.ofMinutes(1), () -> asked.getAndIncrement() == 3))
          .isEqualTo(3 * ROUND);
    }
    assertThat(seen).hasValue(6);
  }

  @Test
  void endsWhenItsTimeIsUp() throws Exception {
    try (Exercise exercise = new Exercise(settings(), calls())) {
      assertThat(exercise.run(Duration.ZERO, () -> false)).isZero();
    }
  }

  @Test
  void servesNobodyWithoutTheSecret() throws Exception {
    try (Exercise exercise = new Exercise(settings(), counted(calls()))) {
      assertThatThrownBy(() -> exercise.run(Duration.ofMinutes(1), () -> false, "guessed"))
          .isInstanceOf(IOException.class);
    }
    assertThat(seen).hasValue(0);
  }

  @Test
  void isCutOffByWhoeverStopsTheDoor() throws Exception {
    try (Exercise exercise = new Exercise(settings(), calls())) {
      exercise.cut();
      assertThatThrownBy(() -> exercise.run(Duration.ofMinutes(1), () -> false))
          .isInstanceOf(IOException.class);
    }
  }

  private static Settings settings() {
    return Settings.of(TestDoor.config(Map.of()));
  }

  private static Handler calls() {
    return new Router(FileRoutes.all(Clock.systemUTC()), Rehearsal.GATES);
  }

  private Handler counted(Handler calls) {
    return new Handler.Wrapper(calls) {
      @Override
      public boolean handle(Request request, Response response, Callback callback)
          throws Exception {
        seen.incrementAndGet();
        return super.handle(request, response, callback);
      }
    };
  }
}
