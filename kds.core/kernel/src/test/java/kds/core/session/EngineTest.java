package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.session.CredentialType;
import kds.api.session.SessionContext;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.Test;

/** How a session starts, and what is kept and told of it. */
class EngineTest extends EngineHarness {
  @Test
  void doesTheStepsInTheirOrdersOfStartAndEnd() throws Exception {
    rig.with(new ToyStep("profile", 200)).with(new ToyStep("account", 100));
    SessionRequest request = Rig.request("ann");
    SessionReport started = rig.start(request);
    assertThat(started.state()).isEqualTo(State.RUNNING);
    assertThat(started.outcome()).isEqualTo(Outcome.READY);
    SessionReport ended = rig.end(request.session().kasmId()).orElseThrow();
    assertThat(ended.state()).isEqualTo(State.ENDED);
    assertThat(rig.acts())
        .containsExactly("account.start", "profile.start", "profile.end", "account.end");
  }

  @Test
  void startsOnceHoweverOftenItIsAsked() throws Exception {
    rig.with(new ToyStep("account", 100));
    SessionRequest request = Rig.request("ann");
    List<CompletionStage<SessionReport>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      answers.add(rig.engine.start(request));
    }
    for (CompletionStage<SessionReport> answer : answers) {
      assertThat(answer.toCompletableFuture().get(20, TimeUnit.SECONDS).outcome())
          .isEqualTo(Outcome.READY);
    }
    assertThat(rig.acts()).containsExactly("account.start");
    rig.end(request.session().kasmId());
    assertThat(rig.start(request).state()).isEqualTo(State.ENDED);
  }

  @Test
  void refusesAnotherUsersSessionOfThatId() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    SessionRequest stolen = Rig.request(request.session().kasmId(), "bob", CredentialType.STATIC);
    assertThat(reasonOf(rig.engine.start(stolen))).isEqualTo(SessionException.Reason.REFUSED);
  }

  @Test
  void isDegradedWhenAStepFailsThatIsNotEssential() throws Exception {
    rig.with(
            new ToyStep("storage", 100)
                .onStart(
                    context -> {
                      throw new IllegalStateException("no such bucket");
                    }))
        .with(new ToyStep("late", 200));
    SessionReport report = rig.start(Rig.request("ann"));
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(report.steps().getFirst().result().message()).contains("no such bucket");
    assertThat(status(report, "late")).isEqualTo(Status.DONE);
  }

  @Test
  void undoesWhatWasBegunWhenAnEssentialStepFails() throws Exception {
    rig.with(new ToyStep("first", 100))
        .with(new ToyStep("needed", 200).needed().onStart(c -> StepResult.failed("No.")))
        .with(new ToyStep("never", 300));
    SessionReport report = rig.start(Rig.request("ann"));
    assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(report.state()).isEqualTo(State.ENDED);
    assertThat(rig.acts())
        .containsExactly("first.start", "needed.start", "needed.end", "first.end");
  }

  @Test
  void goesOnAfterStepsThatHangOrDoNotHeedTheirInterruption() throws Exception {
    AtomicBoolean free = new AtomicBoolean();
    rig.with(
            new ToyStep("hangs", 100)
                .within(Duration.ofMillis(100))
                .onStart(
                    c -> {
                      new Semaphore(0).acquire();
                      return null;
                    }))
        .with(
            new ToyStep("stubborn", 200)
                .within(Duration.ofMillis(100))
                .onStart(
                    c -> {
                      while (!free.get()) {
                        try {
                          Thread.sleep(10);
                        } catch (InterruptedException _) {
                          // Does not heed it.
                        }
                      }
                      return StepResult.done("At last.");
                    }))
        .with(new ToyStep("null", 300).onStart(c -> null))
        .with(
            new ToyStep("error", 400)
                .onStart(
                    c -> {
                      throw new StackOverflowError();
                    }))
        .with(new ToyStep("fine", 500));
    SessionReport report = rig.start(Rig.request("ann"));
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(status(report, "hangs")).isEqualTo(Status.TIMED_OUT);
    assertThat(status(report, "stubborn")).isEqualTo(Status.TIMED_OUT);
    assertThat(report.steps().get(1).result().message()).contains("may still be at work");
    assertThat(status(report, "null")).isEqualTo(Status.FAILED);
    assertThat(status(report, "error")).isEqualTo(Status.FAILED);
    assertThat(status(report, "fine")).isEqualTo(Status.DONE);
    assertThat(rig.leases).as("what still runs holds its lease").hasValue(1);
    free.set(true);
  }

  @Test
  void startsFiftyUsersAtOnceWithFiveStepsEach() throws Exception {
    for (int i = 1; i <= 5; i++) {
      rig.with(new ToyStep("step" + i, i));
    }
    List<CompletionStage<SessionReport>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      rig.users.add("user" + i, "user" + i, 2000 + i);
      answers.add(rig.engine.start(Rig.request("user" + i)));
    }
    for (CompletionStage<SessionReport> answer : answers) {
      SessionReport report = answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
      assertThat(report.outcome()).isEqualTo(Outcome.READY);
      assertThat(report.steps().stream().map(SessionReport.StepReport::name))
          .containsExactly("step1", "step2", "step3", "step4", "step5");
    }
    assertThat(rig.log).hasSize(250);
    assertThat(rig.leases).hasValue(0);
  }

  @Test
  void writesNoSecretIntoTheJournal() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    Path journal = folder.resolve("state/sessions").resolve(request.session().kasmId() + ".json");
    assertThat(Files.readString(journal))
        .contains("ann")
        .doesNotContain("squeamish", "ossifrage", "payload");
    Path secrets = folder.resolve("run/sessions").resolve(request.session().kasmId());
    assertThat(Files.readString(secrets)).as("control").contains("squeamish", "payload");
    for (Path file : List.of(journal, secrets)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    rig.end(request.session().kasmId());
    assertThat(secrets).doesNotExist();
    assertThat(rig.engine.register().get(request.session().kasmId()).request().token()).isNull();
  }

  @Test
  void forgetsEndedSessionsAfterAWhile() throws Exception {
    SessionRequest request = Rig.request("ann");
    SessionRequest alive = Rig.request("bob");
    rig.start(request);
    rig.start(alive);
    rig.end(request.session().kasmId());
    rig.engine.register().tidy(Duration.ofDays(1), Instant.now());
    assertThat(rig.engine.register().list()).hasSize(2);
    rig.engine.register().tidy(Duration.ofSeconds(-1), Instant.now());
    assertThat(rig.engine.register().list()).hasSize(1);
    assertThat(folder.resolve("state/sessions").toFile().list()).hasSize(1);
  }

  @Test
  void knowsTheTokensItWasGiven() throws Exception {
    rig.start(Rig.request("ann"));
    Register register = rig.engine.register();
    for (String mark : TokenMarks.of("header.payload.another way to write the signature")) {
      assertThat(register.knowsToken(mark)).isTrue();
    }
    assertThat(TokenMarks.of("header.other.signature")).noneMatch(register::knowsToken);
    rig.restart().recover();
    assertThat(TokenMarks.of("header.payload.x")).allMatch(rig.engine.register()::knowsToken);
  }

  @Test
  void tellsItsEventsInOrderAndAgain() throws Exception {
    AtomicReference<SessionContext> background = new AtomicReference<>();
    rig.with(
        new ToyStep("hooks", 100)
            .onStart(
                c -> {
                  c.tell("half way");
                  background.compareAndSet(null, c);
                  return StepResult.done("Done.");
                }));
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    background.get().tell("after the call");
    rig.start(Rig.request("bob"));
    rig.end(request.session().kasmId());
    List<String> told = new ArrayList<>();
    CountDownLatch over = new CountDownLatch(1);
    try (AutoCloseable _ =
        rig.engine.subscribe(
            java.util.Optional.of(request.session().kasmId()),
            0,
            event -> {
              told.add(event.kind() + " " + event.text());
              if (event.text().equals("ended")) {
                over.countDown();
              }
            })) {
      within20s(over);
    }
    assertThat(told)
        .containsExactly(
            "state starting",
            "step START begins",
            "progress half way",
            "step START DONE: Done.",
            "state ready",
            "progress after the call",
            "state ending",
            "step END begins",
            "step END DONE: Fine.",
            "state ended");
  }

  @Test
  void doesNotBeginWhatItCannotWriteDown() throws Exception {
    rig.with(new ToyStep("account", 100));
    Path state = folder.resolve("state/sessions");
    Files.delete(state);
    Files.writeString(state, "in the way");
    SessionRequest request = Rig.request("ann");
    assertThatThrownBy(() -> rig.start(request))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("journal cannot be written");
    assertThat(rig.acts()).isEmpty();
    assertThat(folder.resolve("run/sessions").toFile().list()).isEmpty();
  }
}
