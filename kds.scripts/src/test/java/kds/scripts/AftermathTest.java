package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of scripts whose service was killed, when it starts again. */
class AftermathTest {
  private static final String SAVE = "save_persistent_profile.sh";

  @TempDir Path folder;
  private House house;

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
    house.bash(
        "builtin/" + SAVE,
        """
        # Deaf to TERM, it says whether an earlier one lives, and waits at the gate.
        trap '' TERM
        cd %s
        before=$(cat inside 2>/dev/null) && grep -q '^State:.[^Z]' "/proc/$before/status" 2>/dev/null && echo beside
        echo $$ > inside
        [ ! -p gate ] || read -r < gate
        echo done
        """
            .formatted(folder));
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private CompletionStage<ScriptRun> save(ScriptRunning scripts) {
    return scripts.builtin(SAVE, House.context(), Map.of());
  }

  private void interrupted() throws Exception {
    Process gate = new ProcessBuilder("mkfifo", folder.resolve("gate").toString()).start();
    assertThat(gate.waitFor()).isZero();
    save(house.scripts());
    House.until("it is inside", () -> Files.exists(folder.resolve("inside")));
    assertThat(house.living()).hasSize(1);
  }

  @Test
  void theyEndBeforeTheFirstOfThisLifeBegins() throws Exception {
    interrupted();
    Files.delete(folder.resolve("gate"));
    house.life = "two";
    CompletionStage<ScriptRun> again = save(house.scripts());
    ScriptRun run = again.toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(run.head()).isEqualTo("done\n");
    assertThat(run.outcome()).isEqualTo(Outcome.DONE);
    assertThat(house.living()).isEmpty();
  }

  @Test
  void anotherBundleOfThisLifeEndsNone() throws Exception {
    interrupted();
    ScriptRun other =
        house
            .scripts()
            .builtin("none.sh", House.context(), Map.of())
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    assertThat(other.outcome()).isEqualTo(Outcome.DONE);
    assertThat(house.living()).hasSize(1);
  }

  @Test
  void oneThatIsEndedBeforeItsTurnDoesNotBegin() throws Exception {
    interrupted();
    Files.delete(folder.resolve("gate"));
    house.life = "two";
    ScriptRunning scripts = house.scripts();
    CompletionStage<ScriptRun> again = save(scripts);
    scripts.end(House.KASM_ID).toCompletableFuture().get(60, TimeUnit.SECONDS);
    ScriptRun run = again.toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(run.outcome()).isEqualTo(Outcome.ENDED);
    assertThat(run.message()).contains("Not begun");
    assertThat(house.living()).isEmpty();
  }
}
