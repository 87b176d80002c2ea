package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kds.api.host.HostExit.Cause;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who is moved out of his group, or makes groups in it, ends with it all the same. */
class MovedProcessesTest {
  @RegisterExtension final Machine machine = Machine.withControlGroups();

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
