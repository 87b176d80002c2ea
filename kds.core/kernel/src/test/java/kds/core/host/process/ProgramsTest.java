package kds.core.host.process;

import static kds.core.host.process.Machine.SOMEBODY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kds.api.host.HostException;
import kds.api.host.HostExit.Cause;
import kds.core.host.linux.Processes;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program finds when it starts, and what is told when it ends. */
class ProgramsTest {
  @RegisterExtension final Machine machine = Machine.withControlGroups();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 126, 127, 255})
  void tellsTheExitCode(int code) throws Exception {
    var exit = machine.bash("exit " + code).exit();
    assertThat(exit.code()).isEqualTo(code);
    assertThat(exit.cause()).isEqualTo(Cause.ITSELF);
    assertThat(exit.took()).isBetween(Duration.ofNanos(1), Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "TERM", "KILL", "SEGV", "PIPE"})
  void tellsTheSignalThatEndedIt(String signal) throws Exception {
    int number =
        switch (signal) {
          case "HUP" -> 1;
          case "TERM" -> 15;
          case "KILL" -> 9;
          case "SEGV" -> 11;
          default -> 13;
        };
    var exit = machine.bash("ulimit -c 0; kill -" + signal + " $$; sleep 9").exit();
    assertThat(exit.code()).isEqualTo(128 + number);
    assertThat(exit.cause()).isEqualTo(Cause.ITSELF);
  }

  @Test
  void givesTheEnvironmentExactlyAsItIs() throws Exception {
    Map<String, String> odd = new HashMap<>();
    odd.put("PATH", "/usr/bin");
    odd.put("empty", "");
    odd.put("lines", "one\ntwo\n");
    odd.put("quotes", "'\"`$(touch " + folder.resolve("pwned") + ")\\ ; &");
    odd.put("not.an-identifier", "1");
    odd.put("1digit", "2");
    odd.put("BASH_FUNC_exec%%", "() { touch " + folder.resolve("pwned") + "; }");
    odd.put("IFS", "x");
    odd.put("OPTIND", "nonsense");
    odd.put("PWD", "/nowhere");
    odd.put("SHLVL", "7");
    odd.put("_", "underscore");
    odd.put("Grüße", "日本語 🎉");
    var run = machine.words("/usr/bin/env", "-0").environment(odd).start();
    assertThat(run.out().split("\0"))
        .containsExactlyInAnyOrderElementsOf(
            odd.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue()).toList());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void givesAnotherUserTheSameEnvironment() throws Exception {
    Map<String, String> odd = Map.of("not.an-identifier", "1", "empty", "", "lines", "1\n2\n");
    var run =
        machine
            .words("/usr/bin/env", "-0")
            .environment(odd)
            .user(SOMEBODY)
            .in(Path.of("/tmp"))
            .start();
    assertThat(run.out().split("\0"))
        .containsExactlyInAnyOrder("not.an-identifier=1", "empty=", "lines=1\n2\n");
  }

  @Test
  void passesArgumentsAsTheyAre() throws Exception {
    var run = machine.bash("printf '<%s>' \"$@\"", "a b", "", "*", "$(id)", "'\"", "--", "ü\n");
    assertThat(run.out()).isEqualTo("<a b><><*><$(id)><'\"><--><ü\n>");
  }

  @Test
  void runsAsTheUserWithAllHisGroupsAndNoneOfTheServices() throws Exception {
    var run =
        machine
            .command(
                "/bin/sh", "grep -E '^(Uid|Gid|Groups|Cap(Inh|Prm|Eff|Amb))' /proc/self/status")
            .user(SOMEBODY)
            .start();
    assertThat(run.out().replaceAll("[ \t]+", " ").lines())
        .containsExactly(
            "Uid: 43210 43210 43210 43210",
            "Gid: 43211 43211 43211 43211",
            "Groups: 43211 43212 43213 ",
            "CapInh: 0000000000000000",
            "CapPrm: 0000000000000000",
            "CapEff: 0000000000000000",
            "CapAmb: 0000000000000000");
    assertThat(run.exit().code()).isZero();
  }

  @Test
  void leavesTheUserTheWayToMorePrivileges() throws Exception {
    // sudo in a user's script needs set-uid programs to work, and root's capabilities after that.
    var run =
        machine
            .command("/bin/sh", "grep -E '^(NoNewPrivs|CapBnd)' /proc/self/status")
            .user(SOMEBODY)
            .start();
    String bound =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("CapBnd"))
            .findFirst()
            .orElseThrow();
    assertThat(run.out().lines()).containsExactlyInAnyOrder("NoNewPrivs:\t0", bound);
  }

  @Test
  void aSetUidProgramOfAUserIsRoot() throws Exception {
    Path program = folder.resolve("id");
    Assumptions.assumeFalse(
        machine
            .words("/usr/bin/findmnt", "-no", "OPTIONS", "-T", "" + folder)
            .start()
            .out()
            .contains("nosuid"),
        "The file system of " + folder + " has no set-uid programs: set java.io.tmpdir elsewhere");
    Files.copy(Path.of("/usr/bin/id"), program);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(machine.words("/bin/chmod", "4755", program.toString()).start().exit().code())
        .isZero();
    assertThat(machine.words(program.toString(), "-u").user(SOMEBODY).start().out())
        .isEqualTo("0\n");
  }

  @Test
  void entersTheFolderAsTheUser() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Path secret = Files.createDirectory(folder.resolve("secret"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
    assertThat(machine.words("/bin/pwd").in(open).user(SOMEBODY).start().out())
        .isEqualTo(open + "\n");
    assertThat(machine.words("/bin/pwd").in(secret).start().out()).isEqualTo(secret + "\n");

    var refused = machine.words("/bin/pwd").in(secret).user(SOMEBODY).start();
    assertThat(refused.exit().code()).isNotZero();
    assertThat(refused.err()).contains("Permission denied");
  }

  @Test
  void runsAProgramWithAnEqualsSignInItsNameAsAUser() throws Exception {
    Path program = folder.resolve("a=b.sh");
    Files.writeString(program, "#!/bin/sh\npwd\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    var run = machine.words(program.toString()).user(SOMEBODY).in(Path.of("/usr")).start();
    assertThat(run.out()).isEqualTo("/usr\n");
  }

  @Test
  void hasNothingOfTheServiceOpen() throws Exception {
    try (var socket = new java.net.ServerSocket(0);
        var file = Files.newInputStream(Path.of("/etc/passwd"))) {
      assertThat(socket.isBound()).isTrue();
      assertThat(file.available()).isPositive();
      String open = "ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> /\\1 /p'";
      var lines = machine.command("/bin/sh", open).start().out().lines().toList();
      // 3 is the folder that ls itself reads.
      assertThat(lines).hasSize(4);
      assertThat(lines.getFirst()).isEqualTo("0 /dev/null");
      assertThat(lines.get(1)).startsWith("1 pipe:");
      assertThat(lines.get(2)).startsWith("2 pipe:");
      assertThat(lines.get(3)).startsWith("3 /proc/");
    }
  }

  @Test
  void readsNothingFromItsInput() throws Exception {
    assertThat(machine.bash("cat; echo done").out()).isEqualTo("done\n");
  }

  @Test
  void opensItsOutputsByNameAlsoAsAUser() throws Exception {
    var run =
        machine
            .command("/bin/sh", "echo out > /dev/stdout; echo err > /dev/stderr")
            .user(SOMEBODY)
            .start();
    assertThat(run.out()).isEqualTo("out\n");
    assertThat(run.err()).isEqualTo("err\n");
  }

  @Test
  void leadsASessionWithoutATerminal() throws Exception {
    var run = machine.command("/bin/sh", "cut -d' ' -f1,5-7 /proc/$$/stat").start();
    long pid = run.process().pid();
    assertThat(run.out().strip()).isEqualTo(pid + " " + pid + " " + pid + " 0");
  }

  @Test
  void hasNoSignalBlockedOrIgnored() throws Exception {
    var run = machine.words("/bin/sed", "-n", "s/^Sig[BIC].*\t//p", "/proc/self/status").start();
    // 32 and 33 are the C library's own: posix_spawn ignores them, and threads take them over.
    assertThat(run.out().lines())
        .containsExactly("0000000000000000", "0000000180000000", "0000000000000000");
  }

  @Test
  void hasTheUsualMaskAndLimitsWhateverTheServiceHas() throws Exception {
    int before = Processes.umask(077);
    try {
      var run = machine.bash("umask; ulimit -Sn; ulimit -Hn; nice; cat /proc/self/oom_score_adj");
      String hard =
          Files.readAllLines(Path.of("/proc/self/limits")).stream()
              .filter(line -> line.startsWith("Max open files"))
              .map(line -> line.split(" +")[4])
              .findFirst()
              .orElseThrow();
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String nice = stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16];
      assertThat(run.out().lines()).containsExactly("0022", "1024", hard, nice, "0");
      assertThat(Processes.umask(077)).as("the service's own mask").isEqualTo(077);
    } finally {
      Processes.umask(before);
    }
  }

  @Test
  void isInItsGroupFromItsFirstInstruction() throws Exception {
    var run = machine.words("/bin/cat", "/proc/self/cgroup").group("first").start();
    assertThat(run.out()).containsPattern("/" + machine.name() + "(.scope)?/first.group\n");
    var asUser =
        machine.words("/bin/cat", "/proc/self/cgroup").group("second").user(SOMEBODY).start();
    assertThat(asUser.out()).containsPattern("/" + machine.name() + "(.scope)?/second.group\n");
  }

  @Test
  void groupsMayBeCalledLikeTheKernelsFiles() throws Exception {
    for (String group : List.of("cgroup.procs", "pids.max", "tasks", "keeper")) {
      assertThat(machine.words("/bin/true").group(group).start().exit().code()).isZero();
    }
  }

  @Test
  void startsFiftyAtOnceWithoutMixingThemUp() throws Exception {
    int before = Machine.descriptors();
    var runs =
        IntStream.range(0, 50)
            .parallel()
            .mapToObj(
                i -> {
                  try {
                    return machine
                        .command("/bin/sh", "echo $number; echo $number >&2; exit $number")
                        .environment(Map.of("number", "" + i))
                        .start();
                  } catch (HostException e) {
                    throw new IllegalStateException(e);
                  }
                })
            .collect(Collectors.toList());
    for (int i = 0; i < 50; i++) {
      assertThat(runs.get(i).out()).isEqualTo(i + "\n");
      assertThat(runs.get(i).err()).isEqualTo(i + "\n");
      assertThat(runs.get(i).exit().code()).isEqualTo(i);
    }
    // Four spawners may have been made, each with its gate and a channel of the JVM's.
    assertThat(Machine.descriptors()).isLessThanOrEqualTo(before + 8);
  }
}
