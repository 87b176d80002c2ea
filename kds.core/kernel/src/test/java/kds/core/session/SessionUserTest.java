package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.session.CredentialType;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.Test;

/** Whose a session is, and what several sessions of one user share. */
class SessionUserTest extends EngineHarness {
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
}
