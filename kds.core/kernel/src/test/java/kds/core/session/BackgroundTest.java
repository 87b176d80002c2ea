package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kds.api.session.SessionEvent;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a step that goes on in the background. */
class BackgroundTest {
  private static final StepResult GOES_ON = new StepResult(Status.BACKGROUND, "It goes on.");

  @TempDir Path folder;
  private final CompletableFuture<StepResult> end = new CompletableFuture<>();
  private final SessionRequest request = Rig.request("ann");
  private final String id = request.session().kasmId();
  private Rig rig;

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).with(hooks()).recover();
  }

  /** Says that it leaves something, and goes on with it. */
  private ToyStep hooks() {
    return new ToyStep("hooks", 100)
        .once()
        .onStart(
            context -> {
              context.leaves(end);
              return GOES_ON;
            });
  }

  private static StepResult hooks(SessionReport report) {
    return report.steps().getFirst().result();
  }

  private SessionReport now() {
    return rig.engine.register().find(id).orElseThrow();
  }

  /** Another life of the service, as after a kill: nothing was said to the one before. */
  private void die() throws Exception {
    rig.log.clear();
    rig.restart().recover();
  }

  /** What must not be written has had its time for that once another service has done more. */
  private void letItBeWritten() throws Exception {
    Rig other = new Rig(folder.resolve("other")).with(new ToyStep("account", 100)).recover();
    SessionRequest further = Rig.request("bob");
    other.start(further);
    other.end(further.session().kasmId());
  }

  /** Does something and waits until the step is told to be like that. */
  private void told(Status status, Runnable act) throws Exception {
    BlockingQueue<SessionEvent> events = new LinkedBlockingQueue<>();
    try (AutoCloseable _ = rig.engine.subscribe(Optional.of(id), 0, events::add)) {
      act.run();
      SessionEvent event;
      do {
        event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).as("the event that it is %s", status).isNotNull();
      } while (!event.step().equals("hooks") || !event.text().startsWith("START " + status + ":"));
    }
  }

  @Test
  void isUnknownAfterTheServiceDied() throws Exception {
    assertThat(hooks(rig.start(request))).isEqualTo(GOES_ON);
    die();
    SessionReport report = now();
    assertThat(report.state()).isEqualTo(State.RUNNING);
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(hooks(report).status()).isEqualTo(Status.UNKNOWN);
    assertThat(hooks(report).message()).contains("went on in the background", "Look whether");
    assertThat(rig.acts()).as("not done again, nor interrupted").isEmpty();
    die();
    assertThat(hooks(now()).status()).as("it is written down").isEqualTo(Status.UNKNOWN);
    assertThat(rig.end(id).orElseThrow().state()).isEqualTo(State.ENDED);
    assertThat(rig.acts()).containsExactly("hooks.end");
  }

  @Test
  void staysDoneWhenItHadEndedBeforeTheServiceDied() throws Exception {
    rig.start(request);
    told(Status.DONE, () -> end.complete(StepResult.done("All ended.")));
    assertThat(hooks(now())).isEqualTo(StepResult.done("All ended."));
    die();
    assertThat(hooks(now())).isEqualTo(StepResult.done("All ended."));
    assertThat(now().outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void isDoneWhenItEndsWhileTheStepAnswers() throws Exception {
    end.complete(StepResult.done("Sooner than the answer."));
    rig.start(request);
    told(Status.DONE, () -> {});
    assertThat(hooks(now())).isEqualTo(StepResult.done("Sooner than the answer."));
  }

  @Test
  void makesARunningSessionDegradedWhenItTellsAFailure() throws Exception {
    rig.start(request);
    told(Status.FAILED, () -> end.completeExceptionally(new IllegalStateException("stuck")));
    assertThat(hooks(now()).message()).contains("stuck");
    assertThat(now().outcome()).isEqualTo(Outcome.DEGRADED);
  }

  /** Between the last look at the steps and the moment that the start counts as done. */
  @Test
  void makesASessionDegradedWhenItFailsAsTheStartIsDone() throws Exception {
    rig.start(request);
    SessionRecord starting = rig.engine.register().get(id).record().as(State.STARTING);
    StepRecord failed = starting.steps().getFirst().with(StepResult.failed("Just now."));
    SessionRecord begun = starting.settled(failed).begun(Outcome.READY);
    assertThat(begun.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(starting.begun(Outcome.READY).outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void isUnknownAfterAStopThatEndedIt() throws Exception {
    rig.start(request);
    rig.engine.close();
    end.complete(StepResult.done("Ended with the service."));
    letItBeWritten();
    die();
    assertThat(hooks(now()).status()).isEqualTo(Status.UNKNOWN);
  }

  @Test
  void isUnknownInASessionThatIsGoneOnWith() throws Exception {
    CompletableFuture<Void> inside = new CompletableFuture<>();
    rig.with(
        new ToyStep("late", 200)
            .within(Duration.ofDays(1))
            .onStart(
                context -> {
                  inside.complete(null);
                  return new CompletableFuture<StepResult>().get(); // For ever: it was killed.
                }));
    rig.engine.start(request);
    inside.get(20, TimeUnit.SECONDS);
    rig.with(new ToyStep("late", 200));
    die();
    SessionReport report = rig.await(id, State.RUNNING);
    assertThat(hooks(report).status()).isEqualTo(Status.UNKNOWN);
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(rig.acts()).containsExactly("late.start");
  }

  @Test
  void isUnknownWhenItSaidNothingOfItsEnd() throws Exception {
    rig.with(new ToyStep("hooks", 100).once().onStart(context -> GOES_ON));
    rig.start(request);
    die();
    assertThat(hooks(now()).status()).isEqualTo(Status.UNKNOWN);
  }

  @Test
  void isUnknownAfterAFurtherBootOfTheMachine() throws Exception {
    rig.start(request);
    rig.boot = "second boot";
    die();
    assertThat(hooks(now()).status()).isEqualTo(Status.UNKNOWN);
    assertThat(now().steps().getLast().name()).isEqualTo("machine");
  }

  /** What ends after its session was forgotten must not bring the session back. */
  @Test
  void doesNotBringBackASessionThatIsForgotten() throws Exception {
    rig.start(request);
    rig.end(id);
    rig.engine.register().tidy(Duration.ofSeconds(-1), Instant.now());
    assertThat(journals()).isEmpty();
    end.complete(StepResult.done("Very late."));
    letItBeWritten();
    assertThat(journals()).isEmpty();
  }

  private List<String> journals() throws Exception {
    try (var files = Files.list(folder.resolve("state/sessions"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
