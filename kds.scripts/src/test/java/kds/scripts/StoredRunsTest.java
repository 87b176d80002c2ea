package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kds.api.script.FolderRun;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is known of runs by the bundle that comes after, and by the service that does. */
class StoredRunsTest {
  @TempDir Path folder;
  private House house;
  private Path gate;

  @BeforeEach
  void build() throws Exception {
    house = new House(folder);
    gate = folder.resolve("gate");
  }

  @AfterEach
  void leave() throws Exception {
    house.close();
  }

  private String waiting() {
    return "until [ -e " + gate + " ]; do sleep 0.01; done";
  }

  private static ScriptRun first(ScriptRunning scripts) {
    return scripts.runs(Optional.empty(), 10).getFirst();
  }

  /** All but the note of what was done once in this life of the service. */
  private List<Path> stored() throws IOException {
    try (Stream<Path> files = Files.list(house.store)) {
      return files.filter(file -> !file.endsWith(Aftermath.MARK)).toList();
    }
  }

  @Test
  void theNextBundleTellsOfARunThatTheReplacedOneStillRuns() throws Exception {
    house.bash(
        "session_start/one.sh",
        "echo first $jwt_token\n" + waiting() + "\necho last; echo err >&2; exit 3");
    ScriptRunning old = house.scripts();
    FolderRun run = old.folder("session_start", House.context());
    House.until("it runs", () -> !old.runs(Optional.empty(), 1).isEmpty());
    String id = first(old).id();
    House.until("it speaks", () -> old.run(id).orElseThrow().outputBytes() > 0);
    ScriptRunning next = house.scripts();
    assertThat(first(next).outcome()).isEqualTo(Outcome.RUNNING);
    assertThat(first(next).outputBytes()).isPositive();
    assertThat(next.run(id).orElseThrow().head()).isEqualTo("first ********\n");
    Listener listener = new Listener();
    next.follow(id, listener);
    assertThat(listener.next()).isEqualTo("first ********");
    Files.createFile(gate);
    assertThat(listener.end().exitCode()).isEqualTo(3);
    assertThat(listener.lines).containsExactlyInAnyOrder("last", "err");
    run.all().toCompletableFuture().get(20, TimeUnit.SECONDS);
    house.generations.remove(1L); // The replaced bundle is gone.
    ScriptRun over = next.run(id).orElseThrow();
    assertThat(over.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(over.exitCode()).isEqualTo(3);
    assertThat(over.user()).isEqualTo("root");
    assertThat(over.took()).isPositive();
    assertThat(over.head().lines()).contains("first ********", "last", "err");
    assertThat(first(next)).isEqualTo(over.brief());
  }

  @Test
  void theNextServiceTellsWhatIsKeptAndWhatIsNotKnown() throws Exception {
    house.bash("session_end/one.sh", "seq 1 100000");
    ScriptRun done = house.all(house.scripts(), "session_end", House.context()).getFirst();
    Run killed = new Run("session_start/two.sh", House.KASM_ID, new Output(List.of(), _ -> {}));
    new RunStore(house.states, house.life, 1).begin(killed.brief());
    house.life = "two";
    house.generations.clear();
    ScriptRunning next = house.scripts();
    assertThat(next.runs(Optional.empty(), 10))
        .extracting(ScriptRun::outcome)
        .containsExactly(Outcome.UNKNOWN, Outcome.DONE);
    assertThat(next.run(done.id())).contains(done);
    Listener listener = new Listener();
    next.follow(done.id(), listener);
    assertThat(listener.end()).isEqualTo(done.brief());
    List<String> lines = List.copyOf(listener.lines);
    assertThat(lines).startsWith("1", "2", "3").endsWith("99999", "100000");
    assertThat(lines).anyMatch(line -> line.endsWith("bytes left out]"));
    Listener unknown = new Listener();
    next.follow(killed.id(), unknown);
    assertThat(unknown.end().message()).contains("The service died");
    assertThat(next.run("nonsense")).isEmpty();
  }

  @Test
  void whatIsStoredIsForTheServiceAloneAndHoldsNoSecret() throws Exception {
    house.one("echo \"$jwt_token\"; exit 1");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(house.store)))
        .isEqualTo("rwx------");
    assertThat(stored()).as("what is told, and the output").hasSize(2);
    for (Path file : stored()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.readString(file)).doesNotContain(House.TOKEN.substring(8));
    }
  }

  @Test
  void whatDoesNotTellOfARunIsPassedOver() throws Exception {
    house.one("echo hello");
    String id = "ffffffff-0000-7000-8000-00000000000";
    Files.writeString(house.store.resolve(id + "1.json"), "{\"id\":");
    Files.writeString(house.store.resolve(id + "2.json"), "");
    Files.writeString(house.store.resolve(id + "3.out"), "of a run that nothing is told of");
    Files.writeString(house.store.resolve("z.json"), "{}\n");
    // The service died while this one ran, or while it wrote down how it went.
    Run killed = new Run("session_start/two.sh", House.KASM_ID, new Output(List.of(), _ -> {}));
    new RunStore(house.states, house.life, 1).begin(killed.brief());
    Files.writeString(house.store.resolve(killed.id() + ".out"), "all of it");
    house.life = "two";
    assertThat(house.scripts().runs(Optional.empty(), 9))
        .extracting(ScriptRun::outcome)
        .containsExactly(Outcome.UNKNOWN, Outcome.DONE);
    assertThat(house.scripts().run("../../secret")).isEmpty();
  }

  @Test
  void oldOnesAreRemovedAndThoseThatGoOnAreNot() throws Exception {
    house.bash("session_start/waits", "# kds: background\n" + waiting());
    house.bash("session_end/x", "echo x");
    Settings few =
        new Settings(house.root, Duration.ofMinutes(1), Duration.ofSeconds(1), false, 100, 2);
    ScriptRunning scripts = house.scripts(few);
    FolderRun waits = scripts.folder("session_start", House.context());
    House.until("it runs", () -> scripts.runs(Optional.empty(), 9).size() == 1);
    for (int run = 0; run < 20; run++) {
      house.all(scripts, "session_end", House.context("other", "alice", List.of()));
    }
    assertThat(scripts.runs(Optional.empty(), 99))
        .extracting(ScriptRun::outcome)
        .containsExactly(Outcome.DONE, Outcome.DONE, Outcome.RUNNING);
    assertThat(stored())
        .as("two files each, but of the one that goes on")
        .hasSizeLessThanOrEqualTo(5);
    Files.createFile(gate);
    waits.all().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aRunGoesWellThoughItCannotBeStored() throws Exception {
    Files.createDirectories(house.store.getParent());
    Files.writeString(house.store, "a file where the folder should be");
    assertThat(house.one("echo hello").head()).isEqualTo("hello\n");
  }
}
