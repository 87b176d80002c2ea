package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.Test;

/** How a session ends, in whatever state it is. */
class SessionEndTest extends EngineHarness {
  private static ToyStep slowToEnd(CountDownLatch free) {
    return new ToyStep("slow", 100)
        .onEnd(
            c -> {
              within20s(free);
              return StepResult.done("At last.");
            });
  }

  @Test
  void answersAnEndThatTakesLongAndFinishesItInTheBackground() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    rig.with(slowToEnd(free));
    rig.limits = waits(Duration.ofMillis(100), Duration.ofSeconds(20));
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    assertThat(rig.end(request.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDING);
    assertThat(rig.end(request.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDING);
    free.countDown();
    rig.await(request.session().kasmId(), State.ENDED);
    assertThat(rig.acts()).containsExactly("slow.start", "slow.end");
  }

  @Test
  void endsAnUnknownAndAnEndedSessionAtOnce() throws Exception {
    assertThat(rig.end(UUID.randomUUID().toString())).isEmpty();
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.end(request.session().kasmId());
    assertThat(rig.end(request.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDED);
  }

  @Test
  void endsAStartingSessionByInterruptingItsStep() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    rig.with(new ToyStep("first", 50))
        .with(
            new ToyStep("hangs", 100)
                .onStart(
                    c -> {
                      inside.countDown();
                      new Semaphore(0).acquire();
                      return null;
                    }))
        .with(new ToyStep("never", 200));
    SessionRequest request = Rig.request("ann");
    CompletionStage<SessionReport> starting = rig.engine.start(request);
    within20s(inside);
    SessionReport ended = rig.end(request.session().kasmId()).orElseThrow();
    assertThat(ended.state()).isEqualTo(State.ENDED);
    assertThat(rig.acts()).containsExactly("first.start", "hangs.start", "hangs.end", "first.end");
    assertThat(starting.toCompletableFuture().get(20, TimeUnit.SECONDS).outcome()).isNull();
  }

  @Test
  void endsASessionThatWaitsToBegin() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    rig.with(slowToEnd(free));
    SessionRequest old = Rig.request("ann");
    rig.start(old);
    CompletionStage<?> ending = rig.engine.end(old.session().kasmId(), Ending.CONFIGURED);
    rig.await(old.session().kasmId(), State.ENDING);
    SessionRequest waits = Rig.request("ann");
    rig.engine.start(waits);
    assertThat(rig.end(waits.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDED);
    free.countDown();
    ending.toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(rig.acts()).containsExactly("slow.start", "slow.end");
  }

  @Test
  void letsAStartWaitForTheUsersUnfinishedEndAndThenRefusesIt() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    rig.with(slowToEnd(free));
    SessionRequest old = Rig.request("ann");
    rig.start(old);
    rig.limits = waits(Duration.ZERO, Duration.ofMillis(100));
    rig.end(old.session().kasmId());
    rig.await(old.session().kasmId(), State.ENDING);
    SessionRequest early = Rig.request("ann");
    assertThat(reasonOf(rig.engine.start(early))).isEqualTo(SessionException.Reason.ENDING);
    assertThat(rig.engine.register().find(early.session().kasmId())).isEmpty();
    assertThat(rig.start(Rig.request("bob")).outcome()).isEqualTo(Outcome.READY);

    rig.limits = Rig.LIMITS;
    CompletableFuture<SessionReport> waiting = rig.engine.start(early).toCompletableFuture();
    free.countDown();
    assertThat(waiting.get(20, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void reportsAStepWhoseServiceHasGone() throws Exception {
    rig.with(new ToyStep("mount", 100)).with(new ToyStep("other", 200));
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.steps.remove("mount");
    SessionReport ended = rig.end(request.session().kasmId()).orElseThrow();
    assertThat(ended.state()).isEqualTo(State.ENDED);
    assertThat(status(ended, "mount")).isEqualTo(Status.FAILED);
    assertThat(status(ended, "other")).isEqualTo(Status.DONE);
  }

  @Test
  void survivesRacesOfStartAndEndAndStart() throws Exception {
    rig.with(new ToyStep("mount", 100).last()).with(new ToyStep("hooks", 200));
    for (int i = 0; i < 15; i++) {
      SessionRequest one = Rig.request("ann");
      var start = rig.engine.start(one).toCompletableFuture();
      var end = rig.engine.end(one.session().kasmId(), Ending.DELETE).toCompletableFuture();
      var next = rig.engine.start(Rig.request("ann")).toCompletableFuture();
      end.get(20, TimeUnit.SECONDS);
      start.get(20, TimeUnit.SECONDS);
      SessionReport second = next.get(20, TimeUnit.SECONDS);
      assertThat(second.outcome()).isEqualTo(Outcome.READY);
      rig.end(second.session().kasmId());
      assertThat(rig.await(one.session().kasmId(), State.ENDED).ended()).isNotNull();
    }
  }
}
