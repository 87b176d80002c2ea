package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostExit.Cause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same where no control groups can be had: as good as it gets. */
class MarkedGroupsTest {
  @RegisterExtension final Machine machine = Machine.withMarks();

  @Test
  void saysWhatItCannotDo() throws Exception {
    assertThat(machine.programs().standing().complete()).isFalse();
    assertThat(machine.programs().standing().text()).contains("task limits do not hold");
  }

  @Test
  void addsItsMarkToTheEnvironmentAndNothingElse() throws Exception {
    var run = machine.words("/usr/bin/env").environment(Map.of("a", "b")).group("mine").start();
    assertThat(run.out().lines().sorted())
        .satisfiesExactly(
            mark -> assertThat(mark).startsWith("KDS_GROUP=" + machine.name() + "/mine/"),
            given -> assertThat(given).isEqualTo("a=b"));
  }

  @Test
  void endsWhatDoubleForksStartsSessionsAndIgnoresTerm() throws Exception {
    var run =
        machine
            .command(
                "/bin/bash",
                "(setsid bash -c \"trap '' TERM; while :; do sleep 1; done\" &); setsid sleep 600 &"
                    + " sleep 600")
            .limit(Duration.ofMillis(400), Duration.ofMillis(300))
            .start();
    var exit = run.exit();
    assertThat(exit.cause()).isEqualTo(Cause.LIMIT);
    assertThat(exit.code()).isEqualTo(128 + 15);
    assertThat(machine.members(run.group())).isEmpty();
  }

  @Test
  void endsWhoClearsHisEnvironmentButStaysInTheSession() throws Exception {
    var run = machine.bash("(env -i /bin/sleep 600 >/dev/null 2>&1 &); exit 0");
    assertThat(run.exit().code()).isZero();
    assertThat(machine.members(run.group())).hasSize(1);
    run.process().end(Duration.ofSeconds(5));
    assertThat(machine.members(run.group())).isEmpty();
  }

  @Test
  void handsSurvivorsOver() throws Exception {
    var run = machine.bash("setsid sleep 600 >/dev/null 2>&1 & sleep 600 & exit 0");
    run.exit();
    assertThat(run.process().handOver("session")).isEqualTo(2);
    assertThat(machine.programs().groups()).containsExactly("session");
    machine.programs().end("session", Duration.ofSeconds(5));
    assertThat(machine.programs().groups()).isEmpty();
  }

  @Test
  void findsGroupsAgainAfterARestart() throws Exception {
    machine.findsGroupsAgainAfterARestart();
  }

  @Test
  void anotherUserNeedsRoot() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeFalse(
        Identity.ofService().uid() == 0, "Root may run programs as anybody: run as another user");
    assertThatExceptionOfType(HostException.class)
        .isThrownBy(() -> machine.words("/bin/true").user(Machine.SOMEBODY).start())
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNPRIVILEGED));
  }
}
