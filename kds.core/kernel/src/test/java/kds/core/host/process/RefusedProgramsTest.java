package kds.core.host.process;

import static kds.core.host.process.Machine.SOMEBODY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is not started, and what is said about it. */
class RefusedProgramsTest {
  @RegisterExtension final Machine machine = Machine.withControlGroups();

  @TempDir Path folder;

  @Test
  void saysWhatIsWrongWithAProgram() throws Exception {
    Path script = folder.resolve("script");
    refuses(Reason.NOT_FOUND, machine.words("/no/such/program"), "no program /no/such/program");
    refuses(Reason.WRONG_KIND, machine.words("/tmp"), "/tmp");
    Files.writeString(script, "#!/no/such/interpreter\n");
    refuses(Reason.DENIED, machine.words(script.toString()), "chmod +x");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    refuses(Reason.NOT_FOUND, machine.words(script.toString()), "interpreter");
    Files.writeString(script, "echo no first line\n");
    refuses(Reason.WRONG_KIND, machine.words(script.toString()), "#!");
    refuses(
        Reason.NOT_FOUND,
        machine.words("/bin/true").in(Path.of("/no/folder")),
        "folder /no/folder");
    refuses(Reason.TOO_LARGE, machine.words("/bin/true", "x".repeat(200_000)), "too large");
    assertThat(machine.programs().groups()).isEmpty();
  }

  @Test
  void refusesToActForAccountsOfTheSystem() {
    HostUser daemon = new HostUser("daemon", 1, 1, List.of(1L), Path.of("/"), "/bin/sh");
    refuses(Reason.SYSTEM_ACCOUNT, machine.words("/bin/true").user(daemon), "daemon");
  }

  @Test
  void refusesVariablesThatWouldRunAUsersCodeAsRoot() {
    for (String name : List.of("LD_PRELOAD", "LD_AUDIT", "GLIBC_TUNABLES", "GCONV_PATH")) {
      refuses(
          Reason.DENIED,
          machine.words("/bin/true").user(SOMEBODY).environment(Map.of(name, "/tmp/x")),
          name);
    }
  }

  @Test
  void refusesNamesThatAreNone() {
    for (String group : List.of("", ".", "..", "../x", "a/b", "a b", "x".repeat(201))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> machine.words("/bin/true").group(group).start());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> machine.programs().end(group, Duration.ZERO));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> machine.words("/bin/true").environment(Map.of("a=b", "c")).start());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> machine.words("/bin/true").environment(Map.of("a", "c\0d")).start());
    assertThatIllegalArgumentException().isThrownBy(() -> machine.words("/bin/true", "\0").start());
  }

  private static void refuses(Reason reason, Machine.Order order, String words) {
    assertThatExceptionOfType(HostException.class)
        .isThrownBy(order::start)
        .withMessageContaining(words)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void leavesNoDescriptorOpenWhenAStartFails() throws IOException {
    refuses(Reason.NOT_FOUND, machine.words("/bin/true").in(Path.of("/no/folder")), "folder");
    int before = Machine.descriptors();
    for (int i = 0; i < 100; i++) {
      refuses(Reason.NOT_FOUND, machine.words("/bin/true").in(Path.of("/no/folder")), "folder");
    }
    assertThat(Machine.descriptors()).isEqualTo(before);
  }
}
