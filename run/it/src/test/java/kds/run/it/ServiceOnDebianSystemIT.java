package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The distribution as systemd runs it, with its unit, for accounts that exist. */
@OnDebian
class ServiceOnDebianSystemIT {
  /** Bits of a capability mask, by their numbers in capabilities(7). */
  private static final int SYS_RESOURCE = 24;

  private static final int AUDIT_CONTROL = 30;
  private static final int CHOWN = 0;

  private static DebianService service;
  private static DebianUser alice;
  private static DebianUser bob;

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    service = machine.installService("");
    alice = machine.addUser("alice");
    bob = machine.addUser("bob");
    for (DebianUser user : List.of(alice, bob)) {
      machine.succeed(DebianMachine.as(user, "mkdir", user.home() + "/Downloads"));
    }
  }

  @BeforeEach
  void start() throws Exception {
    service.start();
  }

  @Test
  void hasAUnitWithoutFault(DebianMachine machine) throws Exception {
    Outcome verified = machine.run("systemd-analyze", "verify", DebianService.UNIT);
    assertThat(verified.exit()).isZero();
    assertThat(verified.output() + verified.errors()).doesNotContain("kasm-desktop");
  }

  @Test
  void startsAndIsHealthy() throws Exception {
    assertThat(service.property("ActiveState")).isEqualTo("active");
    assertThat(service.property("NRestarts")).isEqualTo("0");
    String token = service.token(alice);
    assertThat(service.curl(token, "/api/__healthcheck").output()).contains("\"ok\":true");
  }

  @Test
  void landsAnUploadInTheUsersDownloadsAsHisOwn(DebianMachine machine) throws Exception {
    byte[] content = new byte[3_000_000];
    new Random(1).nextBytes(content);
    machine.write("/root/report.bin", content, "600");
    for (DebianUser user : List.of(alice, bob)) {
      String token = service.token(user);
      Outcome up = service.curl(token, "/Downloads/", "-f", "-T", "/root/report.bin").succeeded();
      assertThat(up.output()).contains("\"size\":3000000");
      String file = user.home() + "/Downloads/report.bin";
      assertThat(machine.succeed("stat", "-c", "%U %u %a %h", file))
          .isEqualTo(user.name() + " " + user.uid() + " 600 1");
      assertThat(machine.read(file)).isEqualTo(content);
      Outcome down = service.curl(token, "/Downloads/report.bin", "-f").succeeded();
      assertThat(down.bytes()).isEqualTo(content);
    }
  }

  @Test
  void keepsOneUsersFilesFromTheOther(DebianMachine machine) throws Exception {
    byte[] note = "his".getBytes(StandardCharsets.UTF_8);
    machine.write("/root/his.txt", note, "600");
    service.curl(service.token(alice), "/Downloads/", "-f", "-T", "/root/his.txt").succeeded();
    String theirs = service.curl(service.token(bob), "/api/downloads").output();
    assertThat(service.curl(service.token(alice), "/api/downloads").output()).contains("his.txt");
    assertThat(theirs).doesNotContain("his.txt");
  }

  @Test
  void seesTheMountsThatUsersSee(DebianMachine machine) throws Exception {
    String all = machine.succeed("readlink", "/proc/1/ns/mnt");
    assertThat(machine.succeed("readlink", "/proc/" + mainProcess() + "/ns/mnt")).isEqualTo(all);
    String[] hidden = {
      "systemd-run",
      "-q",
      "--pipe",
      "--wait",
      "-p",
      "PrivateTmp=yes",
      "readlink",
      "/proc/self/ns/mnt"
    };
    assertThat(machine.succeed(hidden)).as("control").isNotEqualTo(all);
  }

  @Test
  void gaveUpTheRightToExceedQuotas(DebianMachine machine) throws Exception {
    long service = capabilities(machine, mainProcess());
    long systemd = capabilities(machine, "1");
    assertThat(has(service, SYS_RESOURCE)).isFalse();
    assertThat(has(service, AUDIT_CONTROL)).isFalse();
    assertThat(has(systemd, AUDIT_CONTROL)).as("control: there to be given up").isTrue();
    assertThat(has(service, CHOWN)).as("what it needs is left").isTrue();
  }

  @Test
  void stopsCleanly(DebianMachine machine) throws Exception {
    service.stop();
    assertThat(service.property("ActiveState")).isEqualTo("inactive");
    assertThat(service.property("Result")).isEqualTo("success");
    assertThat(machine.run("pgrep", "-f", "kasm-desktop-service").output()).isEmpty();
    assertThat(machine.succeed("ss", "-Hltn", "sport", "=", "4902")).isEmpty();
    assertThat(machine.succeed("journalctl", "-o", "cat", "-u", DebianService.UNIT, "-p", "err"))
        .doesNotContain("Failed");
  }

  private static String mainProcess() throws Exception {
    return service.property("MainPID");
  }

  private static long capabilities(DebianMachine machine, String process) throws Exception {
    String line = machine.succeed("grep", "CapBnd", "/proc/" + process + "/status");
    return Long.parseUnsignedLong(line.replaceAll("\\W*CapBnd:\\s*", ""), 16);
  }

  private static boolean has(long capabilities, int number) {
    return (capabilities >> number & 1) == 1;
  }
}
