package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.capability.Calls;
import kds.api.host.StateFolder.Durability;
import kds.api.script.ScriptRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartupTest {
  private static final long BUNDLE = 7;

  @TempDir Path folder;
  private House house;
  private ScriptRunning scripts;
  private final AtomicInteger calls = new AtomicInteger();
  private final Calls counted =
      bundle -> {
        assertThat(bundle).isEqualTo(BUNDLE);
        calls.incrementAndGet();
        return Optional.of(calls::decrementAndGet);
      };

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
    scripts = house.scripts();
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private Startup startup(Calls counting) {
    return new Startup(house.states, counting, scripts, BUNDLE);
  }

  private int runs() {
    return scripts.runs(Optional.empty(), 99).size();
  }

  @Test
  void runsOnceForAProcess() throws Exception {
    house.bash("service_startup/10", "echo hello");
    startup(counted).begin();
    House.until("it has run", () -> runs() == 1 && calls.get() == 0);
    assertThat(scripts.runs(Optional.empty()))
        .extracting(ScriptRun::head)
        .containsExactly("hello\n");
    startup(counted).once();
    assertThat(runs()).isEqualTo(1);
    assertThat(calls).hasValue(0);
    byte[] other = "1 of an earlier start".getBytes(StandardCharsets.UTF_8);
    RunStore.folder(house.states).write(Startup.MARK, other, Durability.SERVICE);
    startup(counted).once();
    House.until("it has run again", () -> runs() == 2 && calls.get() == 0);
  }

  @Test
  void itsBundleStaysUntilTheLastScriptHasEnded() throws Exception {
    Path gate = folder.resolve("gate");
    house.bash("service_startup/10", "until [ -e " + gate + " ]; do sleep 0.01; done");
    startup(counted).once();
    House.until("it runs", () -> !house.living().isEmpty());
    assertThat(calls).hasValue(1);
    Files.createFile(gate);
    House.until("its bundle may go", () -> calls.get() == 0);
  }

  @Test
  void aBundleThatIsAboutToGoLeavesItToTheNext() throws Exception {
    house.bash("service_startup/10", "echo hello");
    startup(bundle -> Optional.empty()).once();
    assertThat(runs()).isZero();
    startup(counted).once();
    House.until("it has run", () -> runs() == 1 && calls.get() == 0);
  }

  @Test
  void withoutItsMarkNothingIsRun() throws Exception {
    house.bash("service_startup/10", "echo hello");
    Path mark = house.store.resolve(Aftermath.MARK);
    House.until("what an earlier life left is ended", () -> Files.exists(mark));
    Files.delete(mark);
    Files.delete(house.store);
    Files.writeString(house.store, "a file where the folder should be");
    startup(counted).once();
    Files.delete(house.store);
    assertThat(runs()).isZero();
    assertThat(calls).hasValue(0);
  }
}
