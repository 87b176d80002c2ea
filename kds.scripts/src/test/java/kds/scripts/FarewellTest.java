package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of scripts when the service stops. */
class FarewellTest {
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

  private FolderRun running(ScriptRunning scripts) throws Exception {
    house.bash("service_startup/10-daemon", "setsid sleep 600 >/dev/null 2>&1 & exit 0");
    house.bash("service_startup/20-long", "echo here; exec sleep 600");
    house.bash("service_startup/30-next", "echo never");
    FolderRun run = scripts.folder("service_startup", null);
    House.until(
        "it runs",
        () -> scripts.runs(Optional.empty()).stream().anyMatch(r -> r.head().equals("here\n")));
    return run;
  }

  @Test
  void theyEndWithTheServiceAndSoDoesWhatServiceStartupLeft() throws Exception {
    house.bash("session_start/10-stubborn", "trap '' TERM; while :; do sleep 1; done");
    ScriptRunning scripts = house.scripts();
    FolderRun startup = running(scripts);
    FolderRun session = scripts.folder("session_start", House.context());
    House.until("both run", () -> house.living().size() == 3);
    assertThat(house.living()).contains(Job.STARTUP_HEIRS);
    house.stopping = true;
    scripts.leave();
    assertThat(house.living()).isEmpty();
    assertThat(startup.all().toCompletableFuture()).isCompleted();
    List<ScriptRun> runs = startup.all().toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(runs)
        .extracting(ScriptRun::outcome)
        .containsExactly(Outcome.DONE, Outcome.ENDED, Outcome.ENDED);
    assertThat(runs.getLast().message()).contains("Not begun: the service stopped");
    assertThat(session.all().toCompletableFuture().get(20, TimeUnit.SECONDS).getFirst().outcome())
        .isEqualTo(Outcome.ENDED);
    house.generations.clear();
    assertThat(house.scripts().run(runs.get(1).id()).orElseThrow().head()).isEqualTo("here\n");
  }

  @Test
  void theyGoOnWhenOnlyTheBundleGoes() throws Exception {
    ScriptRunning scripts = house.scripts();
    FolderRun startup = running(scripts);
    scripts.leave();
    assertThat(house.living()).hasSize(2).contains(Job.STARTUP_HEIRS);
    assertThat(startup.all().toCompletableFuture()).isNotDone();
    for (String group : house.living()) {
      house.processes().end(group, Duration.ZERO);
    }
    startup.all().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
