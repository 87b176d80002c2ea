package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionReport.StepReport;
import kds.api.session.StepResult.Status;

/** Kills a {@link CrashingService} again and again over the same files, and looks what is left. */
final class Crashes {
  private final Path folder;
  private final Random random;
  private final Map<String, Integer> met = new TreeMap<>();
  private int kills;
  private int checked;

  Crashes(Path folder, Random random) {
    this.folder = folder;
    this.random = random;
  }

  int checked() {
    return checked;
  }

  void killOnce() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingService.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("ready");
      Thread.sleep(random.nextInt(200)); // The random moment itself: nothing is awaited.
    } finally {
      child.destroyForcibly();
      RecoveryTest.within(child);
    }
    kills++;
    look();
  }

  /** Takes everything over, and holds each session against what its steps really did. */
  private void look() throws Exception {
    Rig rig = new Rig(folder);
    for (SessionRecord record : journals()) {
      note(record);
    }
    CrashingService.steps(rig, folder).recover();
    for (SessionReport report : rig.engine.register().list()) {
      State wanted = isOver(report) ? State.ENDED : State.RUNNING;
      check(rig.await(report.session().kasmId(), wanted));
    }
    assertThat(rig.engine.register().troubles()).isEmpty();
    // The next round begins with nobody at work.
    for (SessionReport report : rig.engine.register().list()) {
      rig.end(report.session().kasmId());
    }
    Files.deleteIfExists(folder.resolve("acts"));
    rig.engine.register().tidy(Duration.ofSeconds(-1), Instant.now());
    assertThat(rig.engine.register().list()).isEmpty();
  }

  /** In which step of which session the kill came, or between which. */
  private void note(SessionRecord record) {
    List<String> open =
        record.steps().stream()
            .filter(step -> step.result() == null)
            .map(step -> step.name() + " " + step.phase())
            .toList();
    if (open.isEmpty() && (record.state() == State.STARTING || record.state() == State.ENDING)) {
      open = List.of("between steps");
    }
    for (String step : open) {
      met.merge(record.state() + " in " + step, 1, Integer::sum);
    }
  }

  private Iterable<SessionRecord> journals() throws Exception {
    Journal journal = new Journal(folder.resolve("state/sessions"));
    journal.open();
    List<SessionRecord> records = new ArrayList<>();
    journal.readAll(records::add);
    return records;
  }

  private static boolean isOver(SessionReport report) {
    return report.state() == State.ENDING || report.state() == State.ENDED;
  }

  private void check(SessionReport report) throws Exception {
    Map<String, Integer> acts = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("acts"))) {
      acts.merge(line, 1, Integer::sum);
    }
    for (StepReport step : report.steps()) {
      String act = report.session().kasmId() + " " + step.name() + " " + step.phase();
      int times = acts.getOrDefault(act, 0);
      assertThat(step.result()).as(act).isNotNull();
      Status status = step.result().status();
      if (step.name().equals("hooks")) {
        assertThat(times).as("at most once: %s", act).isLessThanOrEqualTo(1);
      }
      if (status == Status.DONE) {
        assertThat(times).as("at least once: %s", act).isPositive();
      } else {
        assertThat(status)
            .as(act)
            .isIn(Status.UNKNOWN, step.phase() == Phase.END ? Status.SKIPPED : Status.UNKNOWN);
      }
    }
    checked++;
  }

  @Override
  public String toString() {
    return kills + " kills, " + checked + " sessions looked at, interrupted: " + met;
  }
}
