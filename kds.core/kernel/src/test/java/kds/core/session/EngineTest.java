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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.session.CredentialType;
import kds.api.session.SessionContext;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
  }

  private static Status status(SessionReport report, String step) {
    return report.steps().stream()
        .filter(s -> s.name().equals(step))
        .reduce((first, last) -> last)
        .orElseThrow()
        .result()
        .status();
  }

  private static void within20s(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private Limits waits(Duration end, Duration start) {
    Limits now = Rig.LIMITS;
    return new Limits(
        end, start, now.keep(), now.mostStarting(), now.mostEnded(), now.gap(), now.grace());
  }

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

  private static SessionException.Reason reasonOf(CompletionStage<?> stage) throws Exception {
    try {
      stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
      throw new AssertionError("It was not refused");
    } catch (ExecutionException e) {
      return ((SessionException) e.getCause()).reason();
    }
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
  void answersAnEndThatTakesLongAndFinishesItInTheBackground() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    rig.with(
        new ToyStep("slow", 100)
            .onEnd(
                c -> {
                  within20s(free);
                  return StepResult.done("At last.");
                }));
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
  void leavesWhatAUsersSessionsShareToTheLast() throws Exception {
    rig.with(new ToyStep("mount", 100).last()).with(new ToyStep("hooks", 200));
    SessionRequest one = Rig.request("ann");
    SessionRequest two = Rig.request("ann");
    rig.start(one);
    rig.start(two);
    SessionReport first = rig.end(one.session().kasmId()).orElseThrow();
    assertThat(status(first, "mount")).isEqualTo(Status.SKIPPED);
    SessionReport last = rig.end(two.session().kasmId()).orElseThrow();
    assertThat(status(last, "mount")).isEqualTo(Status.DONE);
    assertThat(rig.acts().stream().filter("mount.end"::equals)).hasSize(1);
  }

  @Test
  void tellsTheFirstOfTwoThatStartAtOnceThatItIsAlone() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    List<Integer> others = new CopyOnWriteArrayList<>();
    rig.with(
            new ToyStep("slow", 100)
                .onStart(
                    context -> {
                      inside.countDown();
                      within20s(open);
                      return StepResult.done("Done.");
                    }))
        .with(
            new ToyStep("profile", 200)
                .onStart(
                    context -> {
                      others.add(context.otherSessions());
                      return StepResult.done("Done.");
                    }));
    var one = rig.engine.start(Rig.request("ann")).toCompletableFuture();
    within20s(inside);
    SessionRequest second = Rig.request("ann");
    var two = rig.engine.start(second).toCompletableFuture();
    Path journal = folder.resolve("state/sessions/" + second.session().kasmId() + ".json");
    for (long until = System.nanoTime() + 20_000_000_000L; !Files.exists(journal); ) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.sleep(2);
    }
    open.countDown();
    one.get(20, TimeUnit.SECONDS);
    two.get(20, TimeUnit.SECONDS);
    assertThat(others).containsExactly(0, 1);
  }

  @Test
  void removesOnceWhenBothSessionsOfAUserEndAtTheSameTime() throws Exception {
    rig.with(new ToyStep("mount", 100).last());
    for (int i = 0; i < 8; i++) {
      SessionRequest one = Rig.request("ann");
      SessionRequest two = Rig.request("ann");
      rig.start(one);
      rig.start(two);
      var ends =
          List.of(
              rig.engine.end(one.session().kasmId(), Ending.CONFIGURED).toCompletableFuture(),
              rig.engine.end(two.session().kasmId(), Ending.CONFIGURED).toCompletableFuture());
      for (var end : ends) {
        end.get(20, TimeUnit.SECONDS);
      }
    }
    assertThat(rig.acts().stream().filter("mount.end"::equals)).hasSize(8);
  }

  @Test
  void knowsAUserByHisIdentityWhateverHeIsCalled() throws Exception {
    rig.users.add("CORP\\cy", "cy", 70_001).add("cy@corp.example", "cy", 70_001);
    rig.with(new ToyStep("mount", 100).last());
    SessionRequest one = Rig.request("CORP\\cy");
    SessionRequest two = Rig.request("cy@corp.example");
    rig.start(one);
    rig.start(two);
    SessionReport first = rig.end(one.session().kasmId()).orElseThrow();
    assertThat(status(first, "mount")).isEqualTo(Status.SKIPPED);
  }

  @Test
  void letsAStartWaitForTheUsersUnfinishedEndAndThenRefusesIt() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    rig.with(
        new ToyStep("slow", 100)
            .onEnd(
                c -> {
                  within20s(free);
                  return StepResult.done("At last.");
                }));
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
  void endsASessionThatWaitsToBegin() throws Exception {
    CountDownLatch free = new CountDownLatch(1);
    rig.with(
        new ToyStep("slow", 100)
            .onEnd(
                c -> {
                  within20s(free);
                  return StepResult.done("At last.");
                }));
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
  void neverInterleavesOneUsersStepsAndServesUsersAtTheSameTime() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    rig.with(
        new ToyStep("alone", 100)
            .onStart(
                c -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.sleep(2);
                  inside.decrementAndGet();
                  return StepResult.done("");
                }));
    List<CompletionStage<SessionReport>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(rig.engine.start(Rig.request("ann")));
    }
    for (CompletionStage<SessionReport> answer : answers) {
      answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
    assertThat(most).hasValue(1);

    CountDownLatch both = new CountDownLatch(2);
    rig.with(
        new ToyStep("alone", 100)
            .onStart(
                c -> {
                  both.countDown();
                  within20s(both);
                  return StepResult.done("");
                }));
    var ann = rig.engine.start(Rig.request("ann")).toCompletableFuture();
    var bob = rig.engine.start(Rig.request("bob")).toCompletableFuture();
    assertThat(ann.get(20, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.READY);
    assertThat(bob.get(20, TimeUnit.SECONDS).outcome()).isEqualTo(Outcome.READY);
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
  void refusesTheMachinesOwnAccounts() throws Exception {
    rig.users.add("daemon", "daemon", 1).add("root", "root", 0);
    for (String name : List.of("daemon", "root")) {
      assertThat(reasonOf(rig.engine.start(Rig.request(name))))
          .isEqualTo(SessionException.Reason.REFUSED);
    }
    assertThat(rig.start(Rig.request("ann")).outcome()).as("control").isEqualTo(Outcome.READY);
  }

  @Test
  void reportsThatTheDirectoryIsDownAndGoesOn() throws Exception {
    rig.users.down = true;
    List<Boolean> known = new ArrayList<>();
    rig.with(
        new ToyStep("account", 100)
            .onStart(
                c -> {
                  known.add(c.user().isPresent());
                  return StepResult.done("");
                })
            .onEnd(
                c -> {
                  known.add(c.user().isPresent());
                  return StepResult.done("");
                }));
    SessionRequest request = Rig.request("ann");
    SessionReport report = rig.start(request);
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(report.steps().getFirst().result().message()).contains("did not answer");
    rig.users.down = false;
    rig.end(request.session().kasmId());
    assertThat(known).containsExactly(false, true);
  }

  @Test
  void runsNoBuiltInForAPromptUser() throws Exception {
    rig.with(new ToyStep("builtin", 100).forUsers()).with(new ToyStep("hooks", 200));
    SessionRequest request =
        Rig.request(UUID.randomUUID().toString(), "ann", CredentialType.PROMPT_USER);
    SessionReport report = rig.start(request);
    assertThat(status(report, "builtin")).isEqualTo(Status.SKIPPED);
    assertThat(report.outcome()).isEqualTo(Outcome.READY);
    rig.end(request.session().kasmId());
    assertThat(rig.acts()).containsExactly("hooks.start", "hooks.end");
  }

  @Test
  void doesNotMindThatADynamicAccountIsYetToBeMade() throws Exception {
    rig.with(
        new ToyStep("account", 100)
            .onStart(
                c -> {
                  rig.users.add("new", "new", 3000);
                  return StepResult.done(c.user().orElseThrow().name());
                }));
    SessionReport report =
        rig.start(Rig.request(UUID.randomUUID().toString(), "new", CredentialType.DYNAMIC));
    assertThat(report.outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void doesNotTakeASuccessorOfTheNameForTheUser() throws Exception {
    List<Boolean> known = new ArrayList<>();
    rig.with(
        new ToyStep("account", 100)
            .onEnd(
                c -> {
                  known.add(c.user().isPresent());
                  return StepResult.done("");
                }));
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.users.add("ann", "ann", 1999);
    rig.end(request.session().kasmId());
    assertThat(known).containsExactly(false);
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
