package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code kill -9} of the service at random moments of starts and ends of sessions of real accounts,
 * with scripts of every kind, and journals that are garbage when it starts again: each session is
 * in a defined state, as {@link SessionJudge} has it. {@code -Dkds.sessions.kills} and {@code
 * -Dkds.seed} say how often and at which moments; {@code run/soak/sessions} is the long form.
 */
class SessionKillSystemIT {
  private static final int KILLS = Integer.getInteger("kds.sessions.kills", 6);
  private static final long SEED = Long.getLong("kds.seed", 1);

  private static final Logger LOG = LoggerFactory.getLogger(SessionKillSystemIT.class);

  /** For so many rounds a session is kept: what is told of its scripts must still be stored. */
  private static final int ROUNDS_KEPT = 10;

  private final Random random = new Random(SEED);
  private SessionTrial trial;

  @BeforeEach
  void prepare() throws Exception {
    SmallDisk.requireRoot("Accounts of its own");
    trial = SessionTrial.begin(random);
  }

  @AfterEach
  void leave() throws Exception {
    if (trial != null) {
      trial.close();
    }
  }

  @Test
  void leavesEachSessionInADefinedState() throws Exception {
    int kill = 0;
    for (int round = 1; kill < KILLS; round++) {
      long began = System.nanoTime();
      trial.killUnderLoad(round % 2 == 1);
      kill++;
      String garbage = round % 4 == 1 ? trial.spoilAJournal() : null;
      trial.startAgain();
      if (garbage != null) {
        trial.requireReported(garbage);
      }
      for (; kill < KILLS && random.nextBoolean(); kill++) {
        trial.killWhileItTakesUp();
        trial.startAgain();
      }
      trial.settle();
      assertThat(trial.complaints()).as("after kill %d of seed %d", kill, SEED).isEmpty();
      trial.repeatCalls();
      if (round % ROUNDS_KEPT == 0) {
        trial.endAll();
      } else {
        trial.endAllButKept();
      }
      assertThat(trial.complaints()).as("after all ended, kill %d", kill).isEmpty();
      trial.forgetEnded();
      LOG.info(
          "{} kills of seed {}; this round took {} ms",
          kill,
          SEED,
          (System.nanoTime() - began) / 1_000_000);
    }
    trial.endAll();
    assertThat(trial.complaints()).as("in the end").isEmpty();
    trial.requireAllRemembered();
    assertThat(trial.tally().acknowledged()).as("starts and ends answered").isPositive();
    LOG.warn("{} kills: {}", KILLS, trial.tally());
  }

  /** A judge who never complains would prove nothing. */
  @Test
  void complainsOfWhatMustNotBe() throws Exception {
    Tale forgotten = trial.started();
    Tale twice = trial.started();
    Tale stopped = trial.started();
    Tale left = trial.started();
    trial.end(left);
    assertThat(trial.complaints()).as("before anything is wrong").isEmpty();

    trial.kill();
    Path sessions = trial.journals().folder();
    Files.delete(sessions.resolve(forgotten.kasmId + ".json"));
    Path journal = sessions.resolve(twice.kasmId + ".json");
    Files.writeString(journal, SessionJournals.withoutScripts(Files.readString(journal)));
    trial.hooks().heir(stopped.kasmId, "start-app").orElseThrow().end();
    Process stray = new ProcessBuilder("sleep", "60").start();
    try {
      trial.hooks().add(left.kasmId, "child end-root " + stray.pid() + " " + bornAt(stray));
      trial.hooks().add("user-" + stopped.user, "load " + stopped.kasmId);
      trial.startAgain();
      trial.settle();
      List<String> complaints = trial.complaints();
      assertThat(complaints).anyMatch(text -> says(text, forgotten, "answered is forgotten"));
      assertThat(complaints).anyMatch(text -> says(text, twice, "start-root ran more than once"));
      assertThat(complaints).anyMatch(text -> says(text, stopped, "left behind was ended"));
      assertThat(complaints).anyMatch(text -> says(text, stopped, "replaced what was not saved"));
      assertThat(complaints).anyMatch(text -> says(text, left, "its process lives"));
    } finally {
      stray.destroyForcibly().waitFor();
    }
  }

  private static boolean says(String complaint, Tale tale, String text) {
    return complaint.startsWith(tale.kasmId) && complaint.contains(text);
  }

  private static String bornAt(Process process) throws Exception {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
  }
}
