package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import kds.run.it.DebianSessions.Answer;
import org.junit.jupiter.api.Test;

/**
 * The power is cut while sessions start, run and end: what the disk holds at that moment is what a
 * freshly booted machine finds.
 */
@OnDebian
class RebootSystemIT {
  private static final String STATE = "/var/lib/kasm-desktop-service";
  private static final String CONFIG = "sessions: {end_wait: 1s}\n";

  @Test
  void knowsWhatIsLeftOfItsSessions(DebianMachine before) throws Exception {
    final String running = DebianSessions.newId();
    final String starting = DebianSessions.newId();
    final String ending = DebianSessions.newId();
    DebianService service = before.installService(CONFIG);
    Gate gate = Gate.install(before);
    service.start();
    DebianSessions sessions = DebianSessions.of(service);
    DebianUser alice = before.addUser("alice");
    DebianUser bob = before.addUser("bob");
    DebianUser carol = before.addUser("carol");
    assertThat(sessions.start(running, alice.name(), "static").body()).contains("ready");
    assertThat(sessions.start(ending, carol.name(), "static").body()).contains("ready");
    gate.shut(carol, "session_end");
    gate.shut(bob, "session_start");
    assertThat(sessions.end(ending).body()).contains("\"state\":\"ending\"");
    CompletableFuture.runAsync(
        () -> {
          try {
            sessions.start(starting, bob.name(), "static");
          } catch (Exception | AssertionError e) {
            // Nobody waits for an answer of a machine whose power is cut.
          }
        },
        Thread.ofVirtual()::start);
    gate.awaitInside(bob, "session_start");
    byte[] disk = before.run("tar", "-C", STATE, "-c", ".").succeeded().bytes();
    String boot = before.succeed("cat", "/proc/sys/kernel/random/boot_id");
    try (DebianMachine after = DebianMachine.boot()) {
      assertThat(after.succeed("cat", "/proc/sys/kernel/random/boot_id")).isNotEqualTo(boot);
      for (String name : List.of("alice", "bob", "carol")) {
        after.addUser(name);
      }
      look(after, disk, running, starting, ending);
    }
  }

  private static void look(
      DebianMachine machine, byte[] disk, String running, String starting, String ending)
      throws Exception {
    DebianService service = machine.installService(CONFIG);
    Gate gate = Gate.install(machine);
    machine.succeed("install", "-d", "-m", "700", STATE);
    machine
        .run(DebianMachine.LIMIT, disk, List.of("tar", "-C", STATE, "-x", "--same-owner"))
        .succeeded();
    service.start();
    DebianSessions sessions = DebianSessions.of(service);

    Answer ran = sessions.look(running);
    assertThat(ran.says("state", "running") && ran.says("outcome", "degraded"))
        .as("%s", ran)
        .isTrue();
    assertThat(ran.body()).contains("The machine was restarted since");
    Answer started = awaitEnded(sessions, starting);
    assertThat(started.body()).contains("\"outcome\":\"failed\"", "in the middle of the start");
    Answer ended = awaitEnded(sessions, ending);
    assertThat(ended.body()).contains("\"outcome\":\"ready\"", "\"status\":\"unknown\"");
    assertThat(gate.acts())
        .as("at most once: the script of the end that was interrupted")
        .containsExactly("session_end " + starting);
    assertThat(sessions.end(running).says("state", "ended")).isTrue();
    assertThat(gate.acts()).contains("session_end " + running);
    assertThat(sessions.start(DebianSessions.newId(), "alice", "static").body()).contains("ready");
  }

  private static Answer awaitEnded(DebianSessions sessions, String kasmId) throws Exception {
    Soon.until("it ended", () -> sessions.look(kasmId).says("state", "ended"));
    return sessions.look(kasmId);
  }
}
