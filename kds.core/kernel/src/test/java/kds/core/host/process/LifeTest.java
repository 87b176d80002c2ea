package kds.core.host.process;

import static kds.core.host.process.Machine.SOMEBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostExit.Cause;
import kds.core.host.linux.Processes;
import org.junit.jupiter.api.Assumptions;
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
    var run = machine.command("/bin/bash", "sleep 600 & exit 0").group("before").start();
    run.exit();
    Programs restarted = machine.begun();
    assertThat(restarted.groups()).containsExactly("before");
    restarted.end("before", Duration.ofSeconds(5));
    assertThat(machine.programs().groups()).isEmpty();
    restarted.leave();
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

  private boolean hasOwnSession(Machine.Run run, long session) {
    try {
      return machine.members(run.group()).stream()
          .flatMap(pid -> ProcessTable.entry(pid).stream())
          .anyMatch(entry -> entry.session() != session && entry.name().equals("sleep"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
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

  @Test
  void whoWasMovedToALogInSessionEndsToo() throws Exception {
    // As pam_systemd does with su -: the child is moved out while its parent waits for it.
    Assumptions.assumeTrue(
        Files.isDirectory(Path.of("/sys/fs/cgroup/unified")), "Written for v2 and v1 side by side");
    String moved =
        "for h in unified pids; do mkdir -p /sys/fs/cgroup/$h/$1; done;"
            + " (for h in unified pids; do echo $BASHPID > /sys/fs/cgroup/$h/$1/cgroup.procs; done;"
            + " trap '' TERM; echo moved $BASHPID; while :; do sleep 1; done) & wait";
    String elsewhere = machine.name() + "-elsewhere";
    var run = machine.bash(moved, elsewhere);
    Machine.until("it is moved", () -> run.said().out().startsWith("moved"));
    long pid = Long.parseLong(run.said().out().strip().split(" ")[1]);
    assertThat(machine.members(run.group())).doesNotContain(pid);
    run.process().end(Duration.ofMillis(200));
    assertThat(Machine.lives(pid)).isFalse();
    for (String hierarchy : List.of("unified", "pids")) {
      // The kernel lets go of it a moment after the process has ended.
      Machine.until(
          "it is removed", () -> Path.of("/sys/fs/cgroup", hierarchy, elsewhere).toFile().delete());
    }
  }

  @Test
  void aProgramThatBecameALogInSessionEndsAtItsLimit() throws Exception {
    // As bash does with a last command: su takes its place, and PAM moves it out of the group.
    Assumptions.assumeTrue(
        Files.isDirectory(Path.of("/sys/fs/cgroup/unified")), "Written for v2 and v1 side by side");
    String moved =
        "for h in unified pids; do mkdir -p /sys/fs/cgroup/$h/$1;"
            + " echo $$ > /sys/fs/cgroup/$h/$1/cgroup.procs; done; sleep 600 & exec sleep 600";
    String elsewhere = machine.name() + "-elsewhere";
    var run =
        machine
            .command("/bin/bash", moved, elsewhere)
            .limit(Duration.ofMillis(500), Duration.ofSeconds(5))
            .start();
    assertThat(run.exit().cause()).isEqualTo(Cause.LIMIT);
    assertThat(run.exit().took()).isLessThan(Duration.ofSeconds(20));
    for (String hierarchy : List.of("unified", "pids")) {
      Path folder = Path.of("/sys/fs/cgroup", hierarchy, elsewhere);
      Machine.until("its children are gone too", () -> folder.toFile().delete());
    }
  }

  @Test
  void groupsMadeInsideAGroupEndWithIt() throws Exception {
    Assumptions.assumeTrue(
        Files.isDirectory(Path.of("/sys/fs/cgroup/unified")), "Written for v2 and v1 side by side");
    String nested =
        "own=/sys/fs/cgroup/unified$(sed -n 's/^0:://p' /proc/self/cgroup)/inner; mkdir $own;"
            + " echo $$ > $own/cgroup.procs; trap '' TERM; echo inside; while :; do sleep 1; done";
    var run = machine.bash(nested);
    run.untilSaid("inside");
    run.process().end(Duration.ofMillis(100));
    assertThat(run.exit().code()).isEqualTo(128 + 9);
    assertThat(machine.folders()).isEmpty();
  }
}
