package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import kds.run.it.DebianSessions.Answer;
import kds.run.it.addon.Scratch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step of an operator's own that mounts something real, over sessions, kills and a swap. */
@OnDebian
class AddOnStepSystemIT {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String OPT = "/opt/kasm-desktop-service";
  private static final String STEP = "\"name\":\"acme.scratch\"";

  @TempDir static Path scratch;

  private static DebianService service;
  private static DebianSessions sessions;

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    service = machine.installService("").start();
    sessions = DebianSessions.of(service);
    deploy(machine, "1.0.0");
  }

  /** As an operator does: copied beside, then moved into the folder, which is atomic. */
  private static void deploy(DebianMachine machine, String version) throws Exception {
    Path jar = scratch.resolve("scratch-" + version + ".jar");
    try (Builder bnd = new Builder()) {
      for (String entry : System.getProperty("java.class.path").split(":")) {
        File part = new File(entry);
        if (part.exists()) { // This module has no classes but those of its tests.
          bnd.addClasspath(part);
        }
      }
      bnd.setProperty("Bundle-SymbolicName", "acme.scratch");
      bnd.setProperty("Bundle-Version", version);
      bnd.setProperty("-noimportjava", "true");
      String path = Scratch.class.getName().replace('.', '/');
      String classes = DebianMachine.ROOT + "/run/it/target/test-classes/";
      bnd.setProperty(
          "-includeresource",
          "%1$s.class=%2$s%1$s.class,%1$s$Said.class=%2$s%1$s$Said.class".formatted(path, classes));
      Jar built = bnd.build();
      assertThat(bnd.getErrors()).isEmpty();
      built.write(jar.toFile());
    }
    try (Running journal = machine.journal("-o", "cat", "-u", DebianService.UNIT)) {
      machine.copyIn(jar, OPT);
      machine.succeed("mv", OPT + "/" + jar.getFileName(), OPT + "/deploy/scratch.jar");
      journal.await("acme\\.scratch.*" + version.replace(".", "\\."), SOON);
    }
  }

  private static void kill(DebianMachine machine) throws Exception {
    String before = service.property("MainPID");
    try (Running journal = machine.journal("-o", "cat", "-u", DebianService.UNIT)) {
      machine.succeed("systemctl", "kill", "-s", "KILL", DebianService.UNIT);
      journal.await("\\bREADY\\b", SOON);
    }
    assertThat(service.property("MainPID")).as("control: it was killed").isNotEqualTo(before);
  }

  private static String started(DebianUser user) throws Exception {
    String kasmId = DebianSessions.newId();
    Answer answer = sessions.start(kasmId, user.name(), "static");
    assertThat(answer.says("outcome", "ready")).as("%s", answer).isTrue();
    assertThat(answer.body()).contains(STEP);
    return kasmId;
  }

  private static String ended(String kasmId) throws Exception {
    Answer answer = sessions.end(kasmId);
    assertThat(answer.says("state", "ended")).as("%s", answer).isTrue();
    return answer.body();
  }

  private static String space(DebianUser user) {
    return "/run/acme-scratch/" + user.uid();
  }

  private static boolean isMounted(DebianMachine machine, DebianUser user) throws Exception {
    return machine.run("findmnt", "-n", "-t", "tmpfs", space(user)).exit() == 0;
  }

  /** Writes as the user, and reads what stands there since the beginning. */
  private static void requireUsable(DebianMachine machine, DebianUser user) throws Exception {
    assertThat(isMounted(machine, user)).isTrue();
    String script = "touch " + space(user) + "/new && cat " + space(user) + "/kept";
    assertThat(machine.succeed(DebianMachine.as(user, "sh", "-c", script))).isEqualTo("kept");
  }

  @Test
  void staysMountedUntilTheLastSessionOfTheUserEnds(DebianMachine machine) throws Exception {
    DebianUser user = machine.addUser("mona");
    DebianUser other = machine.addUser("otto");
    machine.awaitXrdp();
    assertThat(isMounted(machine, user)).as("control: not there before").isFalse();
    String one = started(user);
    String two = started(user);
    String others = started(other);
    String keep = "printf kept > " + space(user) + "/kept";
    machine.succeed(DebianMachine.as(user, "sh", "-c", keep));
    assertThat(machine.run(DebianMachine.as(other, "ls", space(user))).exit()).isNotZero();
    assertThat(machine.succeed("findmnt", "-n", "-o", "TARGET", space(user)).lines()).hasSize(1);
    try (RdpLogin login = machine.logInByRdp(user)) {
      kill(machine);
      requireUsable(machine, user);
      assertThat(ended(one)).contains("Left to the user's last session; 1 more");
      requireAll(machine, user, login);
      kill(machine);
      requireAll(machine, user, login);
      deploy(machine, "2.0.0");
      requireAll(machine, user, login);
      assertThat(ended(two)).contains(space(user) + " is gone");
      assertThat(isMounted(machine, user)).isFalse();
      assertThat(machine.run("pgrep", "-u", user.name(), "-x", "xfwm4").output()).isEmpty();
    }
    assertThat(isMounted(machine, other)).as("another user's stays").isTrue();
    ended(others);
    assertThat(isMounted(machine, other)).isFalse();
  }

  /** Mount, desktop and account. */
  private static void requireAll(DebianMachine machine, DebianUser user, RdpLogin login)
      throws Exception {
    requireUsable(machine, user);
    machine.succeed(login.onDisplay("xdotool", "getdisplaygeometry"));
    machine.succeed("pgrep", "-u", user.name(), "-x", "xfwm4");
    machine.succeed("id", user.name());
  }

  @Test
  void saysWhatIsWrongWhenItCannotUnmount(DebianMachine machine) throws Exception {
    DebianUser user = machine.addUser("lena");
    String session = started(user);
    try (Running holder = machine.start("sh", "-c", "cd " + space(user) + " && echo in && cat")) {
      holder.await("^in$", SOON);
      assertThat(ended(session)).contains("stays, see who uses it by fuser -vm", "target is busy");
    }
    machine.succeed("umount", space(user));
  }

  @Test
  void mountsForASecondStartAfterTheEnd(DebianMachine machine) throws Exception {
    DebianUser user = machine.addUser("rita");
    ended(started(user));
    assertThat(isMounted(machine, user)).isFalse();
    String again = started(user);
    assertThat(isMounted(machine, user)).isTrue();
    machine.succeed(DebianMachine.as(user, "touch", space(user) + "/file"));
    assertThat(new String(machine.read("/proc/mounts"), StandardCharsets.UTF_8))
        .contains(space(user) + " tmpfs rw,nosuid,nodev");
    ended(again);
    assertThat(isMounted(machine, user)).isFalse();
  }
}
