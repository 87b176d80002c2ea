package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.api.session.SessionContext;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An end that asks for more than the one before: a desktop that was left is ended after all. */
class FurtherEndTest {
  @TempDir Path folder;
  private Rig rig;

  /** What the desktop was told, each time it was ended. */
  private final List<Ending> asked = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
    rig.with(new ToyStep("hooks", 200).once());
    rig.with(new ToyStep("desktop", 100).last().onEnd(this::desktop));
  }

  private StepResult desktop(SessionContext context) {
    asked.add(context.ending());
    return context.ending() == Ending.DISCONNECT
        ? StepResult.skipped("It stays.")
        : StepResult.done("It is gone.");
  }

  private SessionReport end(String kasmId, Ending how) throws Exception {
    return rig.engine
        .end(kasmId, how)
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS)
        .orElseThrow();
  }

  private String started() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    return request.session().kasmId();
  }

  private static Status status(SessionReport report, String step) {
    return report.steps().stream()
        .filter(s -> s.phase() == SessionReport.Phase.END && s.name().equals(step))
        .findFirst()
        .orElseThrow()
        .result()
        .status();
  }

  @Test
  void endsTheDesktopOfASessionThatWasDisconnectedWhenItIsDeleted() throws Exception {
    String kasmId = started();
    SessionReport disconnected = end(kasmId, Ending.DISCONNECT);
    assertThat(disconnected.state()).isEqualTo(State.ENDED);
    assertThat(status(disconnected, "desktop")).isEqualTo(Status.SKIPPED);

    SessionReport deleted = end(kasmId, Ending.DELETE);
    assertThat(deleted.state()).isEqualTo(State.ENDED);
    assertThat(status(deleted, "desktop")).isEqualTo(Status.DONE);
    assertThat(deleted.ended()).as("over since the first time").isEqualTo(disconnected.ended());
    assertThat(asked).containsExactly(Ending.DISCONNECT, Ending.DELETE);
    assertThat(rig.acts().stream().filter("hooks.end"::equals)).as("done already").hasSize(1);
  }

  @Test
  void doesNothingForAnEndThatAsksForNoMore() throws Exception {
    String kasmId = started();
    end(kasmId, Ending.LOGOFF);
    for (Ending how : Ending.values()) {
      assertThat(end(kasmId, how).state()).isEqualTo(State.ENDED);
    }
    assertThat(asked).containsExactly(Ending.LOGOFF);

    String other = started();
    end(other, Ending.DISCONNECT);
    end(other, Ending.DISCONNECT);
    assertThat(asked).containsExactly(Ending.LOGOFF, Ending.DISCONNECT);
  }

  @Test
  void goesFurtherWhileTheEndIsUnderWay() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    rig.with(
        new ToyStep("desktop", 100)
            .onEnd(
                context -> {
                  StepResult result = desktop(context);
                  inside.countDown();
                  assertThat(free.await(20, TimeUnit.SECONDS)).isTrue();
                  return result;
                }));
    String kasmId = started();
    var first = rig.engine.end(kasmId, Ending.DISCONNECT).toCompletableFuture();
    assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
    var second = rig.engine.end(kasmId, Ending.DELETE).toCompletableFuture();
    awaitEnding(kasmId, Ending.DELETE);
    free.countDown();
    for (var end : List.of(first, second)) {
      SessionReport report = end.get(20, TimeUnit.SECONDS).orElseThrow();
      assertThat(report.state()).isEqualTo(State.ENDED);
      assertThat(status(report, "desktop")).isEqualTo(Status.DONE);
    }
    assertThat(asked).containsExactly(Ending.DISCONNECT, Ending.DELETE);
  }

  private void awaitEnding(String kasmId, Ending how) throws Exception {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (rig.engine.register().get(kasmId).record().ending() != how) {
      assertThat(System.nanoTime()).as("waiting for %s", how).isLessThan(until);
      Thread.sleep(2);
    }
  }

  @Test
  void refusesTheSessionsTokensWhileMoreOfItIsEnded() throws Exception {
    String kasmId = started();
    end(kasmId, Ending.DISCONNECT);
    Boolean[] refused = new Boolean[2];
    rig.with(
        new ToyStep("desktop", 100)
            .onEnd(
                context -> {
                  refused[0] = rig.engine.register().hasEnded(kasmId);
                  refused[1] = rig.engine.register().find(kasmId).orElseThrow().ended() != null;
                  return desktop(context);
                }));
    end(kasmId, Ending.DELETE);
    assertThat(refused).containsExactly(true, true);
  }

  @Test
  void leavesTheDesktopToTheUsersNextSession() throws Exception {
    String kasmId = started();
    end(kasmId, Ending.DISCONNECT);
    String next = started();
    SessionReport deleted = end(kasmId, Ending.DELETE);
    assertThat(status(deleted, "desktop")).isEqualTo(Status.SKIPPED);
    assertThat(asked).containsExactly(Ending.DISCONNECT);
    assertThat(status(end(next, Ending.DELETE), "desktop")).isEqualTo(Status.DONE);
  }

  @Test
  void letsAStartWaitUntilTheDesktopIsGone() throws Exception {
    String kasmId = started();
    end(kasmId, Ending.DISCONNECT);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    rig.with(
        new ToyStep("desktop", 100)
            .onEnd(
                context -> {
                  inside.countDown();
                  assertThat(free.await(20, TimeUnit.SECONDS)).isTrue();
                  return desktop(context);
                }));
    var deleted = rig.engine.end(kasmId, Ending.DELETE).toCompletableFuture();
    assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
    var next = rig.engine.start(Rig.request("ann")).toCompletableFuture();
    assertThat(rig.acts().stream().filter("desktop.start"::equals)).hasSize(1);
    free.countDown();
    deleted.get(20, TimeUnit.SECONDS);
    next.get(20, TimeUnit.SECONDS);
    assertThat(rig.acts().stream().filter("desktop.start"::equals)).hasSize(2);
  }

  @Test
  void goesOnWithTheFurtherEndInItsNextLife() throws Exception {
    String kasmId = started();
    end(kasmId, Ending.DISCONNECT);
    CountDownLatch inside = new CountDownLatch(1);
    rig.with(
        new ToyStep("desktop", 100)
            .onEnd(
                context -> {
                  inside.countDown();
                  new CountDownLatch(1).await();
                  return desktop(context);
                }));
    rig.engine.end(kasmId, Ending.DELETE);
    assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();

    rig.with(new ToyStep("desktop", 100).last().onEnd(this::desktop));
    rig.restart().recover();
    SessionReport report = rig.await(kasmId, State.ENDED);
    assertThat(status(report, "desktop")).isEqualTo(Status.DONE);
    assertThat(asked).containsExactly(Ending.DISCONNECT, Ending.DELETE);
    assertThat(rig.acts().stream().filter("hooks.end"::equals)).hasSize(1);
  }

  @Test
  void findsASessionAgainThatManyHaveEndedSince() throws Exception {
    rig.limits =
        new Limits(
            Rig.LIMITS.endWait(),
            Rig.LIMITS.startWait(),
            Rig.LIMITS.keep(),
            Rig.LIMITS.mostStarting(),
            2,
            Rig.LIMITS.gap(),
            Rig.LIMITS.grace());
    rig.restart().recover();
    String kasmId = started();
    end(kasmId, Ending.DISCONNECT);
    for (int i = 0; i < 3; i++) {
      end(started(), Ending.LOGOFF);
    }
    assertThat(rig.engine.register().isBygone(kasmId)).isTrue();
    assertThat(rig.engine.register().countBygone()).isEqualTo(2);
    asked.clear();

    assertThat(status(end(kasmId, Ending.DELETE), "desktop")).isEqualTo(Status.DONE);
    assertThat(asked).containsExactly(Ending.DELETE);
    assertThat(rig.engine.register().isBygone(kasmId)).as("one of the last again").isFalse();
    assertThat(rig.engine.register().countBygone()).isEqualTo(2);
    assertThat(rig.engine.register().hasEnded(kasmId)).isTrue();
    assertThat(end(kasmId, Ending.DELETE).state()).isEqualTo(State.ENDED);
    assertThat(asked).hasSize(1);
  }
}
