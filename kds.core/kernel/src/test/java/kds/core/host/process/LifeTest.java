package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostException;
import kds.api.host.HostExit.Cause;
import kds.core.host.linux.Processes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who lives how long, and that ending a group ends everything in it. */
class LifeTest {
  private static final String STUBBORN =
      "trap '' TERM HUP INT; echo set; while :; do sleep 1; done";

  private static final String DOUBLE_FORK = "(setsid sleep 600 >/dev/null 2>&1 & ) ; echo $!";

  @RegisterExtension final Machine machine = Machine.withControlGroups();

  @Test
  void endsAProgramThatTakesTooLong() throws Exception {
    var run =
        machine
            .command("/bin/bash", "sleep 600")
            .limit(Duration.ofMillis(300), Duration.ofSeconds(5))
            .start();
    var exit = run.exit();
    assertThat(exit.cause()).isEqualTo(Cause.LIMIT);
    assertThat(exit.code()).isEqualTo(128 + 15);
    assertThat(exit.took()).isBetween(Duration.ofMillis(290), Duration.ofSeconds(3));
    assertThat(machine.folders()).isEmpty();
  }

  @Test
  void givesTimeToObeyTermBeforeItKills() throws Exception {
    var obeys =
        machine
            .command(
                "/bin/bash",
                "trap 'echo cleaning; sleep 0.2; echo clean; exit 9' TERM; sleep 600 & wait")
            .limit(Duration.ofMillis(300), Duration.ofSeconds(10))
            .start();
    assertThat(obeys.exit().code()).isEqualTo(9);
    assertThat(obeys.exit().cause()).isEqualTo(Cause.LIMIT);
    assertThat(obeys.out()).isEqualTo("cleaning\nclean\n");

    var ignores =
        machine
            .command("/bin/bash", STUBBORN)
            .limit(Duration.ofMillis(300), Duration.ofMillis(500))
            .start();
    assertThat(ignores.exit().code()).isEqualTo(128 + 9);
    assertThat(ignores.exit().took()).isBetween(Duration.ofMillis(790), Duration.ofSeconds(4));
  }

  @Test
  void endsAStoppedProgram() throws Exception {
    var run = machine.bash("trap 'exit 4' TERM; echo stopping; kill -STOP $$; sleep 600");
    Machine.until(
        "it is stopped",
        () -> ProcessTable.entry(run.process().pid()).filter(e -> e.state() == 'T').isPresent());
    run.process().end(Duration.ofSeconds(10));
    assertThat(run.exit().code()).isEqualTo(4);
    assertThat(run.exit().cause()).isEqualTo(Cause.ENDED);
  }

  @Test
  void childrenLiveOnAfterTheirProgramUntilTheyAreEnded() throws Exception {
    var run = machine.bash(DOUBLE_FORK);
    assertThat(run.exit().code()).isZero();
    assertThat(machine.members(run.group())).hasSize(1);
    assertThat(machine.programs().groups()).containsExactly(run.group());
    machine.programs().end(run.group(), Duration.ofSeconds(5));
    assertThat(machine.programs().groups()).isEmpty();
    assertThat(machine.folders()).isEmpty();
    assertThat(run.exit().cause()).as("it had ended before").isEqualTo(Cause.ITSELF);
  }

  /** The control: without control groups, this child is not found again. */
  @Test
  void killingTheProcessGroupWouldLeaveTheDoubleForkedChild() throws Exception {
    var run = machine.bash(DOUBLE_FORK + "; echo ready; sleep 600");
    run.untilSaid("ready");
    long pid = run.process().pid();
    Machine.until("the child has a session of its own", () -> hasOwnSession(run, pid));
    assertThat(machine.words("/bin/kill", "-KILL", "--", "-" + pid).start().exit().code()).isZero();
    assertThat(run.exit().code()).isEqualTo(128 + 9);
    List<Long> left = List.copyOf(machine.members(run.group()));
    assertThat(left).hasSize(1);
    assertThat(Machine.lives(left.getFirst())).isTrue();

    machine.programs().end(run.group(), Duration.ZERO);
    assertThat(Machine.lives(left.getFirst())).isFalse();
  }

  @Test
  void endsAForkBombThatItsTaskLimitHeld() throws Exception {
    var bomb =
        machine
            .command("/bin/bash", "trap '' TERM; b() { b | b & }; b; echo set; wait; sleep 600")
            .tasks(64)
            .limit(Duration.ofSeconds(2), Duration.ofMillis(200))
            .start();
    int most = 0;
    while (!bomb.process().exit().toCompletableFuture().isDone()) {
      most = Math.max(most, machine.members(bomb.group()).size());
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(bomb.exit().cause()).isEqualTo(Cause.LIMIT);
    assertThat(most).isBetween(20, 64);
    assertThat(machine.folders()).isEmpty();
  }

  @Test
  void threadsCountAsTasks() throws Exception {
    var run =
        machine
            .command("/bin/bash", "for i in $(seq 40); do sleep 600 & done; wait")
            .tasks(20)
            .start();
    Machine.until("it says so", () -> run.said().err().contains("fork"));
    assertThat(machine.members(run.group()).size()).isLessThanOrEqualTo(20);
    run.process().end(Duration.ZERO);
  }

  @Test
  void aCommandWithTheGroupOfARunningOneJoinsIt() throws Exception {
    var first = machine.command("/bin/bash", "sleep 600").group("shared").tasks(5).start();
    var second = machine.command("/bin/bash", "sleep 600").group("shared").tasks(50).start();
    assertThat(machine.members("shared")).contains(first.process().pid(), second.process().pid());
    machine.programs().end("shared", Duration.ofSeconds(5));
    assertThat(first.exit().cause()).isEqualTo(Cause.ENDED);
    assertThat(second.exit().cause()).isEqualTo(Cause.ENDED);
  }

  @Test
  void anEndAndAnExitMayMeet() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 30; i++) {
        var run = machine.bash("sleep 0.0" + i % 10);
        List<Future<?>> ends = new ArrayList<>();
        for (int j = 0; j < 3; j++) {
          ends.add(threads.submit(() -> endQuietly(run)));
        }
        for (Future<?> end : ends) {
          end.get(20, TimeUnit.SECONDS);
        }
        assertThat(run.exit().code()).isIn(0, 128 + 15, 128 + 9);
        assertThat(run.exit().cause()).isIn(Cause.ENDED, Cause.ITSELF);
      }
    }
  }

  private static void endQuietly(Machine.Run run) {
    try {
      run.process().end(Duration.ofSeconds(5));
    } catch (HostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theEndOfAnUnknownGroupIsASuccess() throws Exception {
    machine.programs().end("never-seen", Duration.ofSeconds(5));
    assertThat(machine.folders()).isEmpty();
  }

  /** Nobody reaps here, as when the service is slow to hear of an end. */
  @Test
  void aGroupWhoseProgramWasKilledIsEmptyAtOnce() throws Exception {
    Programs deaf = machine.deaf();
    var run = machine.command("/bin/bash", "sleep 600").start(deaf);
    assertThat(deaf.groups()).contains(run.group());
    deaf.end(run.group(), Duration.ZERO);
    assertThat(deaf.groups()).doesNotContain(run.group());
    deaf.leave();
    Processes.reap(run.process().pid(), true);
  }

  private boolean hasOwnSession(Machine.Run run, long session) {
    try {
      return machine.members(run.group()).stream()
          .flatMap(pid -> ProcessTable.entry(pid).stream())
          .anyMatch(entry -> entry.session() != session && entry.name().equals("sleep"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
