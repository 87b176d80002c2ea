package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machines that system tests run on. */
@OnDebian
class MachineSystemIT {
  private static final Duration SECONDS = Duration.ofSeconds(20);

  @TempDir Path folder;

  private HostTraces before;

  @BeforeEach
  void look(DebianMachine machine) throws Exception {
    before = HostTraces.besides(machine);
  }

  @AfterEach
  void leavesNothingOnTheHost(DebianMachine machine) throws Exception {
    assertThat(HostTraces.besides(machine).all()).containsExactlyInAnyOrderElementsOf(before.all());
  }

  @Test
  void bootsRealSystemdInSeconds(DebianMachine other) throws Exception {
    Instant start = Instant.now();
    try (DebianMachine machine = DebianMachine.boot()) {
      Duration boot = Duration.between(start, Instant.now());
      assertThat(machine.succeed("systemctl", "is-system-running")).isEqualTo("running");
      assertThat(machine.succeed("cat", "/proc/1/comm")).isEqualTo("systemd");
      assertThat(machine.succeed("systemctl", "is-active", "systemd-logind", "dbus", "xrdp"))
          .isEqualTo("active\nactive\nactive");
      assertThat(boot).isLessThan(SECONDS);
      assertThat(HostTraces.besides(other).all())
          .as("control: a machine is seen")
          .isNotEqualTo(before.all());
    }
  }

  @Test
  void beginsEachBootPristine() throws Exception {
    try (DebianMachine machine = DebianMachine.boot()) {
      machine.addUser("gone");
      machine.succeed("touch", "/etc/mark", "/home/gone/mark", "/var/lib/mark");
    }
    try (DebianMachine machine = DebianMachine.boot()) {
      assertThat(machine.run("id", "gone").exit()).isNotZero();
      assertThat(machine.succeed("ls", "-A", "/home")).isEmpty();
      for (String path : List.of("/etc/mark", "/var/lib/mark")) {
        assertThat(machine.run("test", "-e", path).exit()).as(path).isNotZero();
      }
    }
  }

  @Test
  void runsTwoAtOnceThatDoNotDisturbEachOther(DebianMachine one) throws Exception {
    try (DebianMachine two = DebianMachine.boot()) {
      one.succeed("touch", "/root/mark");
      one.succeed("systemd-run", "--unit=same", "--collect", "-p", "Type=exec", "sleep", "300");
      two.succeed("systemd-run", "--unit=same", "--collect", "-p", "Type=exec", "sleep", "301");
      assertThat(two.run("test", "-e", "/root/mark").exit()).isNotZero();
      assertThat(two.succeed("pgrep", "-a", "sleep")).contains("301").doesNotContain("300");
      assertThat(one.succeed("pgrep", "-a", "sleep")).contains("300").doesNotContain("301");
      two.succeed("systemctl", "stop", "same");
      assertThat(one.succeed("systemctl", "is-active", "same")).isEqualTo("active");
      assertThat(one.name()).isNotEqualTo(two.name());
    }
    assertThat(one.succeed("systemctl", "is-active", "same")).isEqualTo("active");
    one.succeed("systemctl", "stop", "same");
  }

  @Test
  void hasANetworkOfItsOwn(DebianMachine machine) throws Exception {
    machine.awaitXrdp();
    assertThat(machine.succeed("ls", "/sys/class/net")).isEqualTo("lo");
    String listening = machine.succeed("ss", "-Hltn", "sport", "=", "3389");
    assertThat(listening).contains(":3389");
    assertThat(machine.inNetwork("ss", "-Hltn", "sport", "=", "3389").output())
        .isEqualTo(listening);
    assertThat(
            Host.run(SECONDS, new byte[0], List.of("ss", "-Hltn", "sport", "=", "3389")).output())
        .doesNotContain(":3389");
  }

  @Test
  void bindsServicesToTheirLimits(DebianMachine machine) throws Exception {
    String forks = "for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done";
    String[] free = {"systemd-run", "-q", "--collect", "--pipe", "--wait", "sh", "-c", forks};
    String[] bound = {
      "systemd-run", "-q", "--collect", "--pipe", "--wait", "-p", "TasksMax=5", "sh", "-c", forks
    };
    assertThat(machine.run(free).exit()).as("control").isZero();
    assertThat(machine.run(bound).errors()).contains("Cannot fork");
  }

  @Test
  void killsACommandThatTakesTooLong(DebianMachine machine) throws Exception {
    List<String> command = List.of("sh", "-c", "sleep 77 & sleep 78");
    assertThatThrownBy(() -> machine.run(Duration.ofSeconds(1), new byte[0], command))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("PT1S");
    assertThat(machine.run("pgrep", "-x", "-r", "R,S,D", "sleep").output()).isEmpty();
  }

  @Test
  void copiesFilesInAndOut(DebianMachine machine) throws Exception {
    Path file = Files.writeString(folder.resolve("ä b.txt"), "content");
    machine.copyIn(folder, "/root/in");
    machine.copyIn(file, "/root/in/deep");
    machine.copyOut("/root/in/deep/ä b.txt", folder.resolve("back"));
    assertThat(folder.resolve("back")).hasContent("content");
    assertThat(machine.succeed("stat", "-c", "%U", "/root/in/ä b.txt")).isEqualTo("root");
    machine.succeed("rm", "-r", "/root/in");
  }

  @Test
  void waitsForAMessageOfTheJournal(DebianMachine machine) throws Exception {
    String later = "sleep 1; echo the word is swordfish";
    machine.succeed("systemd-run", "--collect", "sh", "-c", later);
    assertThat(machine.awaitJournal("^the word is \\w+", SECONDS)).endsWith("swordfish");
  }

  @Test
  void endsWithTheJavaMachineThatBootedIt() throws Exception {
    Running forgetful = forget();
    ProcessHandle leader = leader(forgetful);
    List<ProcessHandle> all = forgetful.process().descendants().toList();
    forgetful.process().destroyForcibly();
    awaitEnd(leader);
    for (ProcessHandle process : all) {
      awaitEnd(process);
    }
  }

  @Test
  void isSweptAtTheNextStartWhenItsKeeperWasKilledToo(DebianMachine machine) throws Exception {
    Running forgetful = forget();
    ProcessHandle leader = leader(forgetful);
    List<ProcessHandle> all = forgetful.process().descendants().toList();
    ProcessHandle keeper = forgetful.process().children().findFirst().orElseThrow();
    keeper.destroyForcibly();
    forgetful.process().destroyForcibly();
    awaitEnd(leader);
    for (ProcessHandle process : all) {
      awaitEnd(process);
    }
    assertThat(HostTraces.besides(machine).files())
        .as("control: its folder stays")
        .isNotEqualTo(before.files());
    DebianMachine.boot().close();
  }

  private Running forget() throws Exception {
    return Running.start(
        folder.resolve("forgotten.log"),
        List.of(
            System.getProperty("java.home") + "/bin/java",
            "-cp",
            System.getProperty("java.class.path"),
            "-Dkds.root=" + DebianMachine.ROOT,
            ForgottenMachine.class.getName()));
  }

  private static ProcessHandle leader(Running forgetful) throws Exception {
    String pid = forgetful.await("machine of process (\\d+)", SECONDS).group(1);
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private static void awaitEnd(ProcessHandle process) throws Exception {
    process.onExit().get(SECONDS.toSeconds(), TimeUnit.SECONDS);
  }
}
