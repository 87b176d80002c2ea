package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of sessions whose machine was restarted: with it went all but their journals. */
@Timeout(60)
class BootTest {
  @TempDir Path folder;
  private Rig rig;
  private final CountDownLatch inside = new CountDownLatch(1);

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
    rig.with(new ToyStep("mount", 100)).with(new ToyStep("hooks", 200).once());
  }

  private StepResult hang() throws InterruptedException {
    inside.countDown();
    new Semaphore(0).acquire();
    return StepResult.done("");
  }

  /** The power is cut, and what is in /run is gone. The old engine's threads hang for ever. */
  private void restartTheMachine(String boot) throws Exception {
    try (var secrets = Files.list(folder.resolve("run/sessions"))) {
      for (Path secret : secrets.toList()) {
        Files.delete(secret);
      }
    }
    rig.boot = boot;
    rig.log.clear();
    rig.with(new ToyStep("mount", 100)).with(new ToyStep("hooks", 200).once());
    rig.restart().recover();
  }

  private static StepResult machine(SessionReport report) {
    return report.steps().stream()
        .filter(step -> step.name().equals("machine"))
        .findFirst()
        .orElseThrow()
        .result();
  }

  @Test
  void tellsThatOfARunningSessionOnlyTheFilesAreLeft() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    restartTheMachine("second boot");
    String kasmId = request.session().kasmId();
    SessionReport report = rig.engine.register().find(kasmId).orElseThrow();
    assertThat(report.state()).isEqualTo(State.RUNNING);
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(machine(report).message()).contains("restarted").contains("mounted storage");
    assertThat(rig.acts()).isEmpty();
    assertThat(rig.end(kasmId).orElseThrow().state()).isEqualTo(State.ENDED);
    assertThat(rig.acts()).containsExactly("hooks.end", "mount.end");
  }

  @Test
  void tellsNothingOfTheKindAfterARestartOfTheServiceAlone() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    restartTheMachine("first boot");
    SessionReport report = rig.engine.register().find(request.session().kasmId()).orElseThrow();
    assertThat(report.outcome()).isEqualTo(Outcome.READY);
    restartTheMachine("second boot");
    restartTheMachine("second boot");
    report = rig.engine.register().find(request.session().kasmId()).orElseThrow();
    assertThat(report.steps()).filteredOn(step -> step.name().equals("machine")).hasSize(1);
  }

  @Test
  void undoesAStart() throws Exception {
    rig.with(new ToyStep("hooks", 200).once().onStart(c -> hang()));
    SessionRequest request = Rig.request("ann");
    rig.engine.start(request);
    assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
    restartTheMachine("second boot");
    SessionReport report = rig.await(request.session().kasmId(), State.ENDED);
    assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(machine(report).message()).contains("restarted in the middle of the start");
    assertThat(rig.acts()).containsExactly("hooks.interrupted", "hooks.end", "mount.end");
    assertThat(rig.start(request).outcome()).as("the same again").isEqualTo(Outcome.FAILED);
    assertThat(rig.start(Rig.request("ann")).outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void completesAnEnd() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.with(new ToyStep("hooks", 200).once().onEnd(c -> hang()));
    rig.engine.end(request.session().kasmId(), Ending.DELETE);
    assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
    restartTheMachine("second boot");
    SessionReport report = rig.await(request.session().kasmId(), State.ENDED);
    assertThat(report.outcome()).isEqualTo(Outcome.READY);
    assertThat(rig.acts()).containsExactly("hooks.interrupted", "mount.end");
    assertThat(report.steps())
        .filteredOn(step -> step.name().equals("hooks") && step.phase() == Phase.END)
        .singleElement()
        .satisfies(step -> assertThat(step.result().status()).isEqualTo(Status.UNKNOWN));
  }
}
