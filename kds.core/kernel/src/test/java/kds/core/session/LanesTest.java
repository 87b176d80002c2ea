package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LanesTest {
  private final Lanes lanes = new Lanes();

  private static LiveSession session(String person) {
    SessionRequest request = Rig.request("ann");
    SessionRecord record =
        new SessionRecord(
            request.session(),
            person,
            null,
            Set.of(),
            Map.of(),
            State.STARTING,
            null,
            Ending.CONFIGURED,
            Instant.now(),
            null,
            List.of(),
            null);
    return new LiveSession(new Journal(Path.of("unused")), record, request);
  }

  private Thread queue(LiveSession session, Runnable work) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                assertThat(lanes.take(session, () -> false)).isTrue();
                work.run();
                lanes.release(session);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static void awaitWaiting(Thread thread) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (thread.getState() != Thread.State.WAITING) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.sleep(1);
    }
  }

  @Test
  void letsThemWorkInTheOrderInWhichTheyCame() throws Exception {
    LiveSession first = session("ann");
    lanes.take(first, () -> false);
    List<Integer> order = new CopyOnWriteArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int number = i;
      Thread thread = queue(session("ann"), () -> order.add(number));
      waiting.add(thread);
      awaitWaiting(thread);
    }
    lanes.release(first);
    for (Thread thread : waiting) {
      thread.join();
    }
    assertThat(order).isSorted().hasSize(20);
    assertThat(lanes.size()).isZero();
  }

  @Test
  void wakesWhoGivesUpAndKeepsNoLane() throws Exception {
    LiveSession first = session("ann");
    lanes.take(first, () -> false);
    AtomicBoolean given = new AtomicBoolean();
    CountDownLatch back = new CountDownLatch(1);
    LiveSession second = session("ann");
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (!lanes.take(second, given::get)) {
                      back.countDown();
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    awaitWaiting(thread);
    given.set(true);
    lanes.changed();
    assertThat(back.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(lanes.take(session("bob"), () -> false)).as("others do not wait").isTrue();
    lanes.release(first);
    assertThat(lanes.size()).isEqualTo(1);
  }

  @Test
  void waitsForAnEndNoLongerThanItsPatience() throws Exception {
    LiveSession ending = session("ann");
    lanes.adopt(ending);
    ending.note(r -> r.ending(Ending.DELETE));
    assertThat(lanes.join(session("ann"), Duration.ofMillis(50), () -> false)).isFalse();
    assertThat(lanes.join(session("bob"), Duration.ZERO, () -> false)).as("control").isTrue();
    lanes.leave(ending);
    assertThat(lanes.join(session("ann"), Duration.ZERO, () -> false)).isTrue();
  }
}
