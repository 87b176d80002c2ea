package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsTest {
  @TempDir Path folder;
  private House house;

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private static List<ScriptRun> get(java.util.concurrent.CompletionStage<List<ScriptRun>> runs)
      throws Exception {
    return runs.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Test
  void keepsOutputAndExitCodeAndWritesAnAuditRecord() throws Exception {
    ScriptRun run = house.one("echo out; echo err >&2; echo $jwt_token; exit 7");
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.message()).contains("exit code 7");
    assertThat(run.head().lines()).containsExactlyInAnyOrder("out", "err", "********");
    assertThat(house.audit)
        .singleElement()
        .satisfies(
            record -> {
              assertThat(record.act()).isEqualTo("script.run");
              assertThat(record.target()).endsWith("session_start/one.sh");
              assertThat(record.details()).containsEntry("exit", "7");
              assertThat(record.kasmId()).isEqualTo(House.KASM_ID);
            });
  }

  @Test
  void endsAScriptAtItsOwnLimitWithEverythingOfIt() throws Exception {
    ScriptRun run =
        house.one(
            "# kds: timeout=300ms\ntrap '' TERM; setsid sleep 600 & while :; do sleep 60; done");
    assertThat(run.outcome()).isEqualTo(Outcome.TIMED_OUT);
    assertThat(run.message()).contains("0.3s").contains("# kds: timeout=");
    assertThat(house.living()).isEmpty();
  }

  @Test
  void nothingOfAFailedScriptLives() throws Exception {
    ScriptRun run = house.one("setsid sleep 600 >/dev/null 2>&1 & exit 1");
    assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(house.living()).isEmpty();
  }

  @Test
  void whatOutlivesASuccessfulSessionStartScriptBelongsToTheSession() throws Exception {
    ScriptRun run = house.one("setsid sleep 600 >/dev/null 2>&1 & exit 0");
    assertThat(run.outcome()).isEqualTo(Outcome.DONE);
    assertThat(house.living()).containsExactly("session-" + House.KASM_ID);
    house.processes().end("session-" + House.KASM_ID, Duration.ZERO);
    assertThat(house.living()).isEmpty();
  }

  @Test
  void nothingOutlivesASessionEndScript() throws Exception {
    house.bash("session_end/one.sh", "setsid sleep 600 >/dev/null 2>&1 & exit 0");
    ScriptRun run = house.all(house.scripts(), "session_end", House.context()).getFirst();
    assertThat(run.outcome()).isEqualTo(Outcome.DONE);
    assertThat(house.living()).isEmpty();
  }

  @Test
  void scriptsInTheBackgroundAreNotWaitedForAndKeepTheirOrder() throws Exception {
    Path gate = folder.resolve("gate");
    house.bash("session_start/10-slow", "until [ -e " + gate + " ]; do sleep 0.01; done; echo 10");
    house.bash("session_start/20-next", "echo 20");
    house.bash("session_start/30-waited", "# kds: wait\necho 30");
    ScriptRunning scripts = house.scripts();
    FolderRun run = scripts.folder("session_start", House.context());
    assertThat(get(run.waited())).extracting(ScriptRun::head).containsExactly("30\n");
    assertThat(run.all().toCompletableFuture()).isNotDone();
    Files.createFile(gate);
    assertThat(get(run.all())).extracting(ScriptRun::head).containsExactly("10\n", "20\n", "30\n");
    assertThat(scripts.runs(Optional.of(House.KASM_ID)))
        .extracting(ScriptRun::script)
        .first()
        .isEqualTo("session_start/20-next");
    assertThat(scripts.runs(Optional.of("another"))).isEmpty();
  }

  @Test
  void theEndOfTheSessionEndsWhatRunsAndLeavesOutWhatHasNot() throws Exception {
    house.bash("session_start/10-waits", "echo here; sleep 600");
    house.bash("session_start/20-next", "echo never");
    ScriptRunning scripts = house.scripts();
    FolderRun run = scripts.folder("session_start", House.context());
    House.until(
        "it runs",
        () -> scripts.runs(Optional.empty()).stream().anyMatch(r -> r.head().equals("here\n")));
    scripts.end(House.KASM_ID).toCompletableFuture().get(30, TimeUnit.SECONDS);
    // A program counts as living until its exit was noticed.
    House.until("nothing of it lives", () -> house.living().isEmpty());
    assertThat(get(run.all()))
        .extracting(ScriptRun::outcome)
        .containsExactly(Outcome.ENDED, Outcome.ENDED);
  }

  @Test
  void anEndThatComesRightAfterTheCallFindsWhatHasNotBegunYet() throws Exception {
    house.bash("session_start/10-waits", "sleep 600");
    house.bash("builtin/load_persistent_profile.sh", "sleep 600");
    ScriptRunning scripts = house.scripts();
    for (int round = 0; round < 10; round++) {
      FolderRun run = scripts.folder("session_start", House.context());
      CompletionStage<ScriptRun> builtin =
          scripts.builtin("load_persistent_profile.sh", House.context(), Map.of());
      scripts.end(House.KASM_ID).toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(get(run.all())).extracting(ScriptRun::outcome).containsExactly(Outcome.ENDED);
      assertThat(builtin.toCompletableFuture().get(30, TimeUnit.SECONDS).outcome())
          .isEqualTo(Outcome.ENDED);
    }
  }

  @Test
  void theEndOfOneSessionIsNoneOfAnother() throws Exception {
    Path gate = folder.resolve("gate");
    house.bash("session_start/10", "until [ -e " + gate + " ]; do sleep 0.01; done");
    ScriptRunning scripts = house.scripts();
    String other = "99999999-2222-3333-4444-555555555555";
    FolderRun run = scripts.folder("session_start", House.context(other, "alice", List.of()));
    scripts.end(House.KASM_ID).toCompletableFuture().get(30, TimeUnit.SECONDS);
    Files.createFile(gate);
    assertThat(get(run.all())).extracting(ScriptRun::outcome).containsExactly(Outcome.DONE);
  }

  @Test
  void aScriptThatCannotBeEndedKeepsNoOtherAlive() throws Exception {
    house.bash("session_start/10-waits", "sleep 600");
    house.bash("session_start/20-waits", "# kds: wait\nsleep 600");
    StuckOnce stuck = new StuckOnce(house.processes());
    ScriptRunning scripts = house.scripts(house.settings(), stuck.processes());
    scripts.folder("session_start", House.context());
    // Only from then on they are ended by their groups, and not by who has just started them.
    assertThat(stuck.awaitAwaited(2)).isTrue();
    assertThatThrownBy(
            () -> scripts.end(House.KASM_ID).toCompletableFuture().get(30, TimeUnit.SECONDS))
        .hasMessageContaining("stuck in the kernel");
    House.until("the other has ended", () -> house.living().size() == 1);
  }

  @Test
  void anotherGenerationOfTheBundleCanEndThemToo() throws Exception {
    house.bash("session_start/10-waits", "echo here; sleep 600");
    house.bash("session_start/20-next", "echo never");
    ScriptRunning old = house.scripts();
    FolderRun run = old.folder("session_start", House.context());
    House.until(
        "it runs",
        () -> old.runs(Optional.empty()).stream().anyMatch(r -> r.head().equals("here\n")));
    house.scripts().end(House.KASM_ID).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(get(run.all()))
        .extracting(ScriptRun::outcome)
        .containsExactly(Outcome.ENDED, Outcome.ENDED);
  }

  @Test
  void anOperatorRemovesABuiltinToSwitchItsStepOff() throws Exception {
    ScriptRun run =
        house
            .scripts()
            .builtin("map_storage.sh", House.context(), Map.of())
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    assertThat(run.outcome()).isEqualTo(Outcome.DONE);
    assertThat(run.exitCode()).isNull();
  }

  @Test
  void saysInClearWordsWhyAFileIsNotRun() throws Exception {
    house.script("session_start/10-empty", "");
    House.mode(house.bash("session_start/20-mode", "echo"), "rw-r--r--");
    house.script("session_start/30-nobang", "echo hello\n");
    house.script("session_start/40-windows", "#!/bin/bash\r\necho hello\r\n");
    house.script("session_start/50-gone", "#!/opt/nothing/here\n");
    house.script("session_start/60-relative", "#!bash\n");
    house.bash("session_start/70-option", "# kds: hurry");
    house.script("session_start/80-garbage", "\u0001\u0002\u0003");
    house.bash("session_start/.hidden", "echo");
    house.bash("session_start/old.sh~", "echo");
    House.mode(house.script("session_start/README.md", "About these scripts"), "rw-r--r--");
    Files.createDirectory(house.root.resolve("session_start/lib"));
    List<ScriptRun> runs = house.all(house.scripts(), "session_start", House.context());
    assertThat(runs.getFirst().outcome()).isEqualTo(Outcome.DONE);
    assertThat(runs.subList(1, runs.size()))
        .extracting(ScriptRun::outcome)
        .containsOnly(Outcome.REFUSED);
    String[] words = {
      "is empty",
      "chmod 755",
      "does not say what runs it",
      "sed -i",
      "/opt/nothing/here, which is not installed",
      "not by its whole path",
      "line 2: 'hurry' is no option",
      "does not say what runs it"
    };
    assertThat(runs).hasSize(words.length);
    for (int at = 0; at < words.length; at++) {
      assertThat(runs.get(at).message()).contains(words[at]);
    }
  }

  @Test
  void outputCanBeFollowedWhileItComes() throws Exception {
    Path gate = folder.resolve("gate");
    house.bash(
        "session_start/one",
        "echo first; until [ -e " + gate + " ]; do sleep 0.01; done; echo $jwt_token; echo last");
    ScriptRunning scripts = house.scripts();
    FolderRun run = scripts.folder("session_start", House.context());
    House.until(
        "it runs",
        () -> scripts.runs(Optional.empty()).stream().anyMatch(r -> r.head().equals("first\n")));
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    String id = scripts.runs(Optional.empty()).getFirst().id();
    try (AutoCloseable following = scripts.follow(id, lines::add)) {
      assertThat(following).isNotNull();
      Files.createFile(gate);
      assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo("first");
      assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo("********");
      assertThat(lines.poll(20, TimeUnit.SECONDS)).isEqualTo("last");
    }
    get(run.all());
  }

  @Test
  void keepsOnlyTheLastRuns() throws Exception {
    house.bash("session_end/one", "echo $kasm_id");
    Settings few =
        new Settings(house.root, Duration.ofMinutes(1), Duration.ofSeconds(1), false, 100, 3);
    ScriptRunning scripts = house.scripts(few);
    for (int run = 0; run < 6; run++) {
      house.all(scripts, "session_end", House.context("id-" + run, "alice", List.of()));
    }
    assertThat(scripts.runs(Optional.empty()))
        .extracting(ScriptRun::kasmId)
        .containsExactly("id-5", "id-4", "id-3");
  }
}
