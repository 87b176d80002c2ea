package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.Phase;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of sessions whose service died at one moment or another. */
class RecoveryTest {
  private static final String ID = "0b5c8e8e-5f4f-4a57-9a0d-8e1f8d9d0a33";

  private static final Logger LOG = LoggerFactory.getLogger(RecoveryTest.class);

  @TempDir Path folder;

  private Rig rig() throws Exception {
    Rig rig = new Rig(folder);
    rig.with(new ToyStep("account", 100))
        .with(new ToyStep("hooks", 200).once())
        .with(new ToyStep("late", 300));
    return rig;
  }

  private Path journals() throws Exception {
    return Files.createDirectories(folder.resolve("state/sessions"));
  }

  private void journal(State state, @Nullable Outcome outcome, StepRecord... steps)
      throws Exception {
    SessionRecord record =
        new SessionRecord(
            new Session(ID, "id of ann", "ann", "ann", CredentialType.STATIC),
            "account ann",
            new Account("ann", 1001, 1001, List.of(1001L), "/home/ann", "/bin/bash"),
            Set.of(),
            Map.of("zone", "north"),
            state,
            outcome,
            Ending.DELETE,
            Instant.now(),
            state == State.ENDED ? Instant.now() : null,
            List.of(steps),
            "first boot");
    Files.write(journals().resolve(ID + ".json"), new JsonMapper().writeValueAsBytes(record));
  }

  private static StepRecord step(String name, Phase phase, boolean repeatable, boolean done) {
    StepResult result = done ? StepResult.done("Earlier.") : null;
    return new StepRecord(name, phase, 0, repeatable, result, Instant.now(), 1, null);
  }

  private static Status status(SessionReport report, String step, Phase phase) {
    return report.steps().stream()
        .filter(s -> s.name().equals(step) && s.phase() == phase)
        .findFirst()
        .orElseThrow()
        .result()
        .status();
  }

  @Test
  void goesOnWithAStartAndRepeatsTheStepThatMayBe() throws Exception {
    journal(State.STARTING, null, step("account", Phase.START, true, false));
    Rig rig = rig().recover();
    SessionReport report = rig.await(ID, State.RUNNING);
    assertThat(report.outcome()).isEqualTo(Outcome.READY);
    assertThat(rig.acts()).containsExactly("account.start", "hooks.start", "late.start");
  }

  @Test
  void reportsAStepThatMayNotBeRepeatedAsUnknown() throws Exception {
    journal(
        State.STARTING,
        null,
        step("account", Phase.START, true, true),
        step("hooks", Phase.START, false, false));
    Rig rig = rig().recover();
    SessionReport report = rig.await(ID, State.RUNNING);
    assertThat(report.outcome()).isEqualTo(Outcome.DEGRADED);
    assertThat(status(report, "hooks", Phase.START)).isEqualTo(Status.UNKNOWN);
    assertThat(rig.acts()).containsExactly("hooks.interrupted", "late.start");
  }

  @Test
  void tellsThatNothingIsKnownOfAStartThatItDoesNotGoOnWith() throws Exception {
    journal(
        State.ENDING,
        null,
        step("account", Phase.START, true, false),
        step("hooks", Phase.START, false, false));
    Rig rig = rig().recover();
    SessionReport report = rig.await(ID, State.ENDED);
    assertThat(status(report, "account", Phase.START)).isEqualTo(Status.UNKNOWN);
    assertThat(status(report, "hooks", Phase.START)).isEqualTo(Status.UNKNOWN);
    assertThat(rig.acts())
        .containsExactly("account.interrupted", "hooks.interrupted", "hooks.end", "account.end");
  }

  @Test
  void tellsWhatIsLeftOfAStepThatCouldNotBeEnded() throws Exception {
    journal(State.ENDING, Outcome.READY, step("hooks", Phase.END, false, false));
    Rig rig = new Rig(folder);
    ToyStep hooks = new ToyStep("hooks", 200).once();
    hooks.onInterrupted(
        context -> {
          throw new IllegalStateException("12 nfs do not end");
        });
    SessionReport report = rig.with(hooks).recover().await(ID, State.ENDED);
    assertThat(status(report, "hooks", Phase.END)).isEqualTo(Status.UNKNOWN);
    assertThat(report.steps().getFirst().result().message()).contains("12 nfs do not end");
  }

  @Test
  void keepsARunningSession() throws Exception {
    journal(State.RUNNING, Outcome.READY, step("account", Phase.START, true, true));
    Rig rig = rig().recover();
    assertThat(rig.await(ID, State.RUNNING).outcome()).isEqualTo(Outcome.READY);
    assertThat(rig.acts()).isEmpty();
    SessionRequest again = Rig.request(ID, "ann", CredentialType.STATIC);
    assertThat(rig.start(again).steps()).hasSize(1);
    assertThat(rig.engine.register().get(ID).request().attributes()).containsEntry("zone", "north");
    assertThat(rig.end(ID).orElseThrow().state()).isEqualTo(State.ENDED);
    assertThat(rig.acts()).containsExactly("late.end", "hooks.end", "account.end");
  }

  @Test
  void completesAnInterruptedEnd() throws Exception {
    journal(
        State.ENDING,
        Outcome.READY,
        step("account", Phase.START, true, true),
        step("late", Phase.END, true, true),
        step("hooks", Phase.END, false, false));
    Rig rig = rig().recover();
    SessionReport report = rig.await(ID, State.ENDED);
    assertThat(status(report, "hooks", Phase.END)).isEqualTo(Status.UNKNOWN);
    assertThat(rig.acts()).containsExactly("hooks.interrupted", "account.end");
  }

  @Test
  void goesOnUndoingAStartThatFailed() throws Exception {
    journal(State.ENDING, Outcome.FAILED, step("account", Phase.START, true, true));
    Rig rig = rig().recover();
    rig.await(ID, State.ENDED);
    assertThat(rig.acts()).containsExactly("account.end");
  }

  @Test
  void remembersAnEndedSessionAndDoesNothing() throws Exception {
    journal(State.ENDED, Outcome.READY, step("account", Phase.START, true, true));
    Rig rig = rig().recover();
    assertThat(rig.end(ID).orElseThrow().state()).isEqualTo(State.ENDED);
    assertThat(rig.acts()).isEmpty();
  }

  @Test
  void findsTheSecretsOfALiveSessionAgainAndSweepsTheRest() throws Exception {
    Rig rig = rig().recover();
    rig.start(Rig.request(ID, "ann", CredentialType.STATIC));
    Path stray = folder.resolve("run/sessions").resolve(UUID.randomUUID().toString());
    Files.writeString(stray, "{}");
    rig.restart().recover();
    assertThat(rig.engine.register().get(ID).request().token())
        .isEqualTo("header.payload.signature");
    assertThat(stray).doesNotExist();
    Files.delete(folder.resolve("run/sessions").resolve(ID)); // As a reboot does.
    rig.restart().recover();
    assertThat(rig.engine.register().get(ID).request().token()).isNull();
    assertThat(rig.end(ID).orElseThrow().state()).isEqualTo(State.ENDED);
  }

  @Test
  void setsGarbageAsideAndReportsIt() throws Exception {
    journal(State.RUNNING, Outcome.READY, step("account", Phase.START, true, true));
    byte[] good = Files.readAllBytes(journals().resolve(ID + ".json"));
    Random random = new Random(4);
    int garbage = 0;
    for (int length = 0; length < good.length; length += 37) {
      Path file = journals().resolve(UUID.randomUUID() + ".json");
      Files.write(file, java.util.Arrays.copyOf(good, length));
      garbage++;
    }
    for (int i = 0; i < 20; i++) {
      byte[] noise = new byte[random.nextInt(2000)];
      random.nextBytes(noise);
      Files.write(journals().resolve(UUID.randomUUID() + ".json"), noise);
      garbage++;
    }
    for (String text : List.of("null", "{}", "[]", "{\"session\":null}", "[".repeat(100_000))) {
      Files.writeString(journals().resolve(UUID.randomUUID() + ".json"), text);
      garbage++;
    }
    Files.write(journals().resolve(UUID.randomUUID() + ".json"), good); // Another one's name.
    Files.createDirectory(journals().resolve("folder.json"));
    Files.createSymbolicLink(journals().resolve("link.json"), Path.of("/etc/passwd"));
    garbage += 3;
    Files.write(journals().resolve(ID + ".json.new"), noise(100));

    Rig rig = rig().recover();
    assertThat(rig.engine.register().list())
        .singleElement()
        .satisfies(report -> assertThat(report.state()).isEqualTo(State.RUNNING));
    assertThat(rig.engine.register().troubles()).hasSize(garbage);
    assertThat(journals().resolve("unreadable").toFile().list()).hasSize(garbage);
    assertThat(rig.start(Rig.request("bob")).outcome()).isEqualTo(Outcome.READY);
    rig.restart().recover();
    assertThat(rig.engine.register().troubles()).isEmpty();
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  @Test
  void survivesKillAtRandomMomentsOfStartAndEnd() throws Exception {
    Crashes crashes = new Crashes(folder, new Random(Long.getLong("kds.crashes.seed", 20_26)));
    for (int i = 0; i < Integer.getInteger("kds.crashes", 20); i++) {
      crashes.killOnce();
    }
    assertThat(crashes.checked()).isPositive();
    LOG.info("{}", crashes);
  }

  /** So that a crash test cannot hang for ever. */
  static void within(Process process) throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("The child did not end");
    }
  }
}
