package kds.core.host.process;

import static kds.core.host.process.Machine.SOMEBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What outlives a program: handed over to another group, or found by the next life of the service.
 */
class HandOverTest {
  @RegisterExtension final Machine machine = Machine.withControlGroups();

  @Test
  void survivorsAreHandedOverAndEndWithTheirNewGroup() throws Exception {
    var one = machine.command("/bin/bash", "sleep 600 & sleep 600 & exit 0").start();
    var two = machine.command("/bin/bash", "setsid sleep 600 & exit 0").user(SOMEBODY).start();
    one.exit();
    two.exit();
    assertThat(one.process().handOver("session")).isEqualTo(2);
    assertThat(two.process().handOver("session")).isEqualTo(1);
    assertThat(one.process().handOver("session")).as("again").isZero();
    assertThat(machine.programs().groups()).containsExactly("session");
    assertThat(machine.folders()).containsExactly("session");
    assertThat(machine.members("session")).hasSize(3);

    one.process().end(Duration.ZERO);
    assertThat(machine.members("session")).as("ended with another group").hasSize(3);
    machine.programs().end("session", Duration.ofSeconds(5));
    assertThat(machine.folders()).isEmpty();
  }

  @Test
  void whoForksAllTheTimeIsHandedOverWhole() throws Exception {
    String forking = "(while :; do (sleep 0.01 & ) ; done) >/dev/null 2>&1 & exit 0";
    var run = machine.command("/bin/bash", forking).start();
    run.exit();
    assertThat(run.process().handOver("session")).isPositive();
    assertThat(machine.members(run.group())).isEmpty();
    machine.programs().end("session", Duration.ZERO);
  }

  @Test
  void aRunningProgramIsNotHandedOver() throws Exception {
    var run = machine.bash("sleep 600");
    assertThatExceptionOfType(HostException.class)
        .isThrownBy(() -> run.process().handOver("session"))
        .withMessageContaining("still runs")
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.BUSY));
    run.process().end(Duration.ZERO);
  }

  @Test
  void nothingOfALimitIsLeftToFireAfterTheExit() throws Exception {
    var run =
        machine
            .command("/bin/bash", "sleep 600 & exit 0")
            .limit(Duration.ofMillis(400), Duration.ZERO)
            .start();
    run.exit();
    run.process().handOver("session");
    TimeUnit.MILLISECONDS.sleep(600);
    assertThat(machine.members("session")).hasSize(1);
    machine.programs().end("session", Duration.ZERO);
  }

  @Test
  void groupsAreFoundAgainAfterARestart() throws Exception {
    machine.findsGroupsAgainAfterARestart();
  }

  @Test
  void aChildThatWaitedWhenTheServiceWasKilledIsEndedByTheNext() throws Exception {
    // A process with the name of a spawner's thread whose parent is no service.
    Path impostor = Files.createTempDirectory("kds-test").resolve(machine.name());
    Files.copy(Path.of("/bin/sleep"), impostor);
    machine.words("/bin/chmod", "755", impostor.toString()).start().exit();
    var run = machine.bash("\"$@\" >/dev/null 2>&1 & exit 0", impostor.toString(), "600");
    run.exit();
    Machine.until("it bears the name", () -> bears(run, machine.name()));
    Programs restarted = machine.begun();
    Machine.until("it is gone", () -> isGone(run));
    restarted.leave();
    Files.delete(impostor);
    Files.delete(impostor.getParent());
    machine.programs().end(run.group(), Duration.ZERO);
  }

  private boolean bears(Machine.Run run, String name) {
    try {
      return machine.members(run.group()).stream()
          .flatMap(pid -> ProcessTable.entry(pid).stream())
          .anyMatch(entry -> entry.name().equals(name));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean isGone(Machine.Run run) {
    try {
      return machine.members(run.group()).isEmpty();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
