package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.capability.Gates;
import kds.api.capability.Lease;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepsTest {
  @TempDir Path folder;
  private House house;
  private ScriptRunning scripts;
  private final AtomicInteger leases = new AtomicInteger();

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
    scripts = house.scripts();
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private OpenGate gates() {
    return new OpenGate(scripts, leases);
  }

  private OpenGate shut() {
    OpenGate shut = gates();
    shut.shut = true;
    return shut;
  }

  @Test
  void theStartDoesNotWaitButTheBundleStaysUntilTheLastScriptEnds() throws Exception {
    Path gate = folder.resolve("gate");
    house.bash("session_start/10", "until [ -e " + gate + " ]; do sleep 0.01; done");
    House.Context context = House.context();
    StepResult result = new HookStep(gates()).start(context);
    assertThat(result.status()).as(result.message()).isEqualTo(Status.BACKGROUND);
    assertThat(leases).hasValue(1);
    assertThat(context.left().join().toCompletableFuture()).as("its end").isNotDone();
    Files.createFile(gate);
    House.until("it is left", () -> leases.get() == 0);
    assertThat(context.end())
        .isEqualTo(
            StepResult.done("1 scripts of session_start have ended, some in the background."));
  }

  @Test
  void theReportNamesThoseThatDidNotEndWellInTheBackground() throws Exception {
    house.bash("session_start/10-good", "exit 0");
    house.bash("session_start/20-bad", "exit 3");
    House.Context context = House.context();
    new HookStep(gates()).start(context);
    StepResult end = context.end();
    assertThat(end.status()).as("nobody waited for it").isEqualTo(Status.DONE);
    assertThat(end.message()).contains("2 scripts", "Not well: session_start/20-bad;");
  }

  @Test
  void aFailureOfAScriptThatIsWaitedForIsTold() throws Exception {
    scripts = house.scripts(house.settings(true, Duration.ofSeconds(60)));
    house.bash("session_start/10-bad.sh", "exit 3");
    house.bash("session_start/20-good.sh", "exit 0");
    StepResult result = new HookStep(gates()).start(House.context());
    assertThat(result.status()).isEqualTo(Status.FAILED);
    assertThat(result.message()).contains("session_start/10-bad.sh", "exit code 3");
    assertThat(scripts.runs(Optional.empty())).hasSize(2);
    House.until("it is left", () -> leases.get() == 0);
  }

  @Test
  void theEndOfASessionEndsItsBackgroundScriptsFirst() throws Exception {
    house.bash("session_start/10-waits", "sleep 600");
    house.bash("session_end/10-bye", "echo bye");
    HookStep step = new HookStep(gates());
    step.start(House.context());
    House.until("it runs", () -> !house.living().isEmpty());
    StepResult result = step.end(House.context());
    assertThat(result.status()).as(result.message()).isEqualTo(Status.DONE);
    House.until("all is over", () -> leases.get() == 0);
    House.until("nothing of it lives", () -> house.living().isEmpty());
    assertThat(scripts.runs(Optional.of(House.KASM_ID)))
        .extracting(ScriptRun::outcome)
        .containsExactly(ScriptRun.Outcome.DONE, ScriptRun.Outcome.ENDED);
  }

  @Test
  void theScriptsOfTheEndRunThoughAnotherCannotBeEnded() throws Exception {
    house.bash("session_end/10-bye", "echo bye");
    ScriptRunning real = scripts;
    Scripts stuck =
        (Scripts)
            java.lang.reflect.Proxy.newProxyInstance(
                Scripts.class.getClassLoader(),
                new Class<?>[] {Scripts.class},
                (_, method, arguments) ->
                    method.getName().equals("end")
                        ? CompletableFuture.failedFuture(new java.io.IOException("stuck"))
                        : method.invoke(real, arguments));
    House.Context context = House.context();
    OpenGate gate = new OpenGate(stuck, leases);
    assertThat(new HookStep(gate).end(context).status()).isEqualTo(Status.DONE);
    assertThat(context.told()).first().asString().contains("stuck");
    assertThat(real.runs(Optional.empty()).getFirst().head()).isEqualTo("bye\n");
    House.until("it is left", () -> leases.get() == 0);
  }

  @Test
  void whoWatchesTheSessionIsToldOfEachRun() throws Exception {
    house.bash("session_start/10-good", "echo hello");
    house.bash("session_start/20-bad", "exit 3");
    House.Context context = House.context();
    new HookStep(gates()).start(context);
    House.until("all is over", () -> leases.get() == 0);
    List<ScriptRun> runs = scripts.runs(Optional.empty()).reversed();
    String good = runs.getFirst().id();
    String bad = runs.getLast().id();
    assertThat(context.told()).hasSize(4);
    assertThat(context.told().get(0)).isEqualTo("session_start/10-good begins: run " + good);
    assertThat(context.told().get(1))
        .startsWith("session_start/10-good ended: DONE")
        .contains("exit code 0", "6 bytes")
        .endsWith(": run " + good);
    assertThat(context.told().get(3))
        .startsWith("session_start/20-bad ended: FAILED")
        .endsWith(": run " + bad);
  }

  @Test
  void anInterruptedStepEndsWhatItWaitsFor() throws Exception {
    scripts = house.scripts(house.settings(true, Duration.ofSeconds(60)));
    house.bash("session_start/10-long", "sleep 600");
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread step =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    new HookStep(gates()).start(House.context());
                    failure.complete(null);
                  } catch (Exception e) {
                    failure.complete(e);
                  }
                });
    House.until("it runs", () -> !house.living().isEmpty());
    step.interrupt();
    assertThat(failure.get(20, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(InterruptedException.class);
    House.until("nothing of it lives", () -> house.living().isEmpty());
    House.until("it is left", () -> leases.get() == 0);
  }

  @Test
  void withoutScriptsThereIsNothingToDo() throws Exception {
    assertThat(new HookStep(gates()).start(House.context()).status()).isEqualTo(Status.DONE);
    assertThat(new HookStep(shut()).start(House.context()).status()).isEqualTo(Status.SKIPPED);
    assertThat(
            new ProfileStep(shut(), house.states, house.homes, UnsavedProfile.KEEP)
                .start(House.context())
                .status())
        .isEqualTo(Status.SKIPPED);
  }

  @Test
  void theProfileIsBroughtAndSavedByTheBuiltinsForAKnownUserOnly() throws Exception {
    house.bash("builtin/load_persistent_profile.sh", "echo load $username");
    house.bash("builtin/save_persistent_profile.sh", "echo save $username; exit 2");
    ProfileStep step = new ProfileStep(gates(), house.states, house.homes, UnsavedProfile.KEEP);
    assertThat(step.start(House.context()).status()).isEqualTo(Status.DONE);
    assertThat(step.end(House.context()).message()).contains("exit code 2");
    assertThat(scripts.runs(Optional.empty()))
        .extracting(ScriptRun::head)
        .containsExactly("save alice\n", "load alice\n");
    assertThat(step.start(House.context(House.KASM_ID, null, List.of())).status())
        .isEqualTo(Status.SKIPPED);
    assertThat(leases).hasValue(0);
  }

  /** Else a part of it, or an empty home, would replace all that is stored. */
  @Test
  void aProfileThatDidNotComeWholeIsNotSaved() throws Exception {
    house.bash("builtin/save_persistent_profile.sh", "echo save");
    house.bash("builtin/load_persistent_profile.sh", "exit 12");
    ProfileStep step = new ProfileStep(gates(), house.states, house.homes, UnsavedProfile.KEEP);
    assertThat(step.start(House.context()).status()).isEqualTo(Status.FAILED);
    StepResult unsaved = step.end(House.context());
    assertThat(unsaved.status()).isEqualTo(Status.FAILED);
    assertThat(unsaved.message()).contains("not saved", "load_persistent_profile.sh failed");

    Path inside = folder.resolve("inside");
    house.bash("builtin/load_persistent_profile.sh", "touch " + inside + "; sleep 600");
    Thread start = Thread.ofVirtual().start(() -> interruptible(step));
    House.until("it is being brought", () -> Files.exists(inside));
    start.interrupt();
    start.join();
    ProfileStep later =
        new ProfileStep(
            gates(), house.states, house.homes, UnsavedProfile.KEEP); // another life of the service
    assertThat(later.end(House.context()).status()).isEqualTo(Status.SKIPPED);
    assertThat(scripts.runs(Optional.empty()))
        .extracting(ScriptRun::script)
        .containsOnly("builtin/load_persistent_profile.sh");

    house.bash("builtin/load_persistent_profile.sh", "exit 0");
    assertThat(later.start(House.context()).status()).isEqualTo(Status.DONE);
    assertThat(step.end(House.context()).status()).isEqualTo(Status.DONE);
    assertThat(scripts.runs(Optional.empty()).getFirst().head()).isEqualTo("save\n");
    assertThat(step.end(House.context()).status()).as("saved already").isEqualTo(Status.SKIPPED);
  }

  private static void interruptible(ProfileStep step) {
    try {
      step.start(House.context());
    } catch (Exception _) {
      // As when the end of a session has its start give way.
    }
  }

  @Test
  void whoIsInterruptedAtTheGateLeavesNoLeaseBehind() throws Exception {
    CompletableFuture<Lease<Scripts>> late = new CompletableFuture<>();
    Gates slow =
        new Gates() {
          @Override
          @SuppressWarnings("unchecked")
          public <T> CompletionStage<Lease<T>> enter(String capability, Class<T> service) {
            return late.thenApply(lease -> (Lease<T>) lease);
          }
        };
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread step =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    new HookStep(slow).start(House.context());
                    failure.complete(null);
                  } catch (Exception e) {
                    failure.complete(e);
                  }
                });
    House.until("it waits", () -> step.getState() == Thread.State.WAITING);
    step.interrupt();
    assertThat(failure.get(20, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(InterruptedException.class);
    late.complete(gates().lease(Scripts.class));
    assertThat(leases).hasValue(0);
  }
}
