package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that is stopped in the middle: its next life goes on where it was. */
@Timeout(60)
class StoppingTest {
  @TempDir Path folder;
  private Rig rig;
  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
  }

  private StepResult failWhenTheBundleGoes() throws InterruptedException {
    inside.countDown();
    within20s(go);
    return StepResult.failed("My bundle was stopped.");
  }

  private static void within20s(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
  }

  /** Stops the engine as the framework does: the steps fail, and go. */
  private void stop() {
    rig.engine.close();
    rig.steps.clear();
    go.countDown();
  }

  private void startAgain(ToyStep... steps) throws Exception {
    rig.log.clear();
    for (ToyStep step : steps) {
      rig.with(step);
    }
    rig.restart().recover();
  }

  @Test
  void goesOnWithAStart() throws Exception {
    rig.with(new ToyStep("one", 100))
        .with(new ToyStep("two", 200).onStart(c -> failWhenTheBundleGoes()));
    SessionRequest request = Rig.request("ann");
    var answer = rig.engine.start(request).toCompletableFuture();
    within20s(inside);
    stop();
    assertThat(answer.get(20, TimeUnit.SECONDS).state()).isEqualTo(State.STARTING);
    startAgain(new ToyStep("one", 100), new ToyStep("two", 200));
    SessionReport report = rig.await(request.session().kasmId(), State.RUNNING);
    assertThat(report.outcome()).isEqualTo(Outcome.READY);
    assertThat(rig.acts()).containsExactly("two.start");
  }

  @Test
  void goesOnWithAnEnd() throws Exception {
    rig.with(new ToyStep("mount", 100)).with(new ToyStep("desk", 200));
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.with(new ToyStep("desk", 200).onEnd(c -> failWhenTheBundleGoes()));
    rig.limits = Rig.LIMITS;
    rig.engine.end(request.session().kasmId(), Ending.DELETE);
    within20s(inside);
    stop();
    startAgain(new ToyStep("mount", 100), new ToyStep("desk", 200));
    SessionReport report = rig.await(request.session().kasmId(), State.ENDED);
    assertThat(rig.acts()).containsExactly("desk.end", "mount.end");
    assertThat(report.steps()).allMatch(step -> step.result().status() == Status.DONE);
  }

  @Test
  void reportsAScriptThatItStoppedAsUnknownAndNotAsFailed() throws Exception {
    rig.with(new ToyStep("hooks", 100).once().onStart(c -> failWhenTheBundleGoes()));
    SessionRequest request = Rig.request("ann");
    rig.engine.start(request);
    within20s(inside);
    stop();
    startAgain(new ToyStep("hooks", 100).once());
    SessionReport report = rig.await(request.session().kasmId(), State.RUNNING);
    assertThat(report.steps().getFirst().result().status()).isEqualTo(Status.UNKNOWN);
    assertThat(rig.acts()).containsExactly("hooks.interrupted");
  }

  @Test
  void beginsNothingThatHasNoStepsBecauseTheyHaveGone() throws Exception {
    rig.with(new ToyStep("account", 100));
    rig.stopping = true;
    rig.steps.clear();
    SessionRequest request = Rig.request("ann");
    rig.engine.start(request).toCompletableFuture().handle((r, e) -> r).get(20, TimeUnit.SECONDS);
    assertThat(
            rig.engine
                .register()
                .find(request.session().kasmId())
                .filter(report -> report.state() == State.RUNNING))
        .isEmpty();
  }

  @Test
  void doesNotForgetAnEndThatWaitedForItsTurn() throws Exception {
    rig.with(new ToyStep("slow", 100));
    SessionRequest one = Rig.request("ann");
    SessionRequest two = Rig.request("ann");
    rig.start(one);
    rig.start(two);
    rig.with(new ToyStep("slow", 100).onEnd(c -> failWhenTheBundleGoes()));
    Limits now = Rig.LIMITS;
    rig.limits =
        new Limits(
            Duration.ofMillis(200),
            now.startWait(),
            now.keep(),
            now.mostStarting(),
            now.mostEnded(),
            now.gap(),
            now.grace());
    rig.engine.end(one.session().kasmId(), Ending.CONFIGURED);
    within20s(inside);
    assertThat(rig.end(two.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDING);
    stop(); // As good as a power cut for the second: it was acknowledged, and had not begun.
    startAgain(new ToyStep("slow", 100));
    rig.await(two.session().kasmId(), State.ENDED);
    rig.await(one.session().kasmId(), State.ENDED);
  }
}
