package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of real desktops when sessions end. */
@OnDebian
class DesktopEndSystemIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** Its first thread ends, so that it looks dead, and the other one goes on. */
  private static final String HEADLESS =
      "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(1000,)).start();"
          + " print('up', flush=True); ctypes.CDLL(None).pthread_exit(None)";

  private static DebianService service;
  private static String control;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    service = machine.installService("").start();
    DebianUser nobody = new DebianUser("nobody", 65534, "");
    control = service.token(nobody, "scope=session");
    machine.awaitXrdp();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private RdpLogin logIn(DebianMachine machine, DebianUser user) throws Exception {
    RdpLogin login = machine.logInByRdp(user);
    open.add(login);
    return login;
  }

  /** Starts something that says when it is up. */
  private void begin(DebianMachine machine, String... command) throws Exception {
    Running running = machine.start(command);
    open.add(running);
    running.await("^up$", LIMIT);
  }

  private static DebianSession session(String user) throws Exception {
    return DebianSession.start(service, control, user, "static", "");
  }

  /** What runs as a user: numbers and names. */
  private static List<String> processes(DebianMachine machine, DebianUser user) throws Exception {
    return machine.run("pgrep", "-l", "-u", user.name()).output().lines().toList();
  }

  @Test
  void staysUntilTheLastSessionOfItsUserEnds(DebianMachine machine) throws Exception {
    DebianUser ann = machine.addUser("ann");
    DebianSession first = session("ann");
    DebianSession second = session("ann");
    logIn(machine, ann);
    String manager = machine.succeed("pgrep", "-u", "ann", "-x", "xfce4-session");

    assertThat(first.end()).contains("\"state\":\"ended\"", "Left to the user's last session");
    assertThat(machine.succeed("pgrep", "-u", "ann", "-x", "xfce4-session")).isEqualTo(manager);

    assertThat(second.end()).contains("\"state\":\"ended\"", "The desktop of ann was ended");
    assertThat(processes(machine, ann)).isEmpty();
    assertThat(machine.run("userdel", "-r", "ann").exit())
        .as("nothing holds the account or the home")
        .isZero();
    assertThat(machine.run("test", "-e", ann.home()).exit()).isEqualTo(1);
  }

  @Test
  void staysWhenItIsDisconnectedAndEndsWhenItIsDeletedAfterAll(DebianMachine machine)
      throws Exception {
    DebianUser dora = machine.addUser("dora");
    DebianSession session = session("dora");
    logIn(machine, dora);
    String manager = machine.succeed("pgrep", "-u", "dora", "-x", "xfce4-session");

    assertThat(session.end("disconnect"))
        .contains("\"state\":\"ended\"", "The desktop stays, as was asked for");
    assertThat(machine.succeed("pgrep", "-u", "dora", "-x", "xfce4-session")).isEqualTo(manager);

    assertThat(session.end("delete"))
        .contains("\"state\":\"ended\"", "The desktop of dora was ended");
    assertThat(processes(machine, dora)).isEmpty();
  }

  @Test
  void ofHostileProgramsNothingIsLeftAndNobodyElseIsTouched(DebianMachine machine)
      throws Exception {
    DebianUser bob = machine.addUser("bob");
    DebianUser carol = machine.addUser("carol");
    DebianSession session = session("bob");
    RdpLogin login = logIn(machine, bob);
    String display = "DISPLAY=:" + login.display();
    String deaf = "trap '' TERM HUP INT; echo up; while :; do sleep 9; done";
    begin(machine, login.onDisplay("setsid", "bash", "-c", "exec -a deaf bash -c \"$0\"", deaf));
    begin(machine, login.onDisplay("python3", "-c", HEADLESS));
    String runtime = "XDG_RUNTIME_DIR=/run/user/" + bob.uid();
    machine.succeed(
        DebianMachine.as(bob, runtime, "systemd-run", "--user", "--unit=own", "sleep", "1001"));
    begin(machine, DebianMachine.as(carol, display, "sh", "-c", "echo up; exec sleep 1002"));
    begin(machine, "env", display, "sh", "-c", "echo up; exec sleep 1003");
    machine.succeed(
        "systemd-run", "--uid=bob", "--unit=daemon", "-p", "Type=exec", "sleep", "1004");
    String drives = bob.home() + "/thinclient_drives";
    assertThat(machine.succeed("cat", "/proc/mounts")).as("control").contains(drives);
    machine.succeed("pkill", "-KILL", "-u", "bob", "-x", "xrdp-chansrv");
    assertThat(machine.succeed("cat", "/proc/mounts")).as("a dead mount").contains(drives);
    machine.succeed("pkill", "-STOP", "-u", "bob", "-x", "Xorg");

    Instant begin = Instant.now();
    String answer = session.end();
    assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofSeconds(30));
    assertThat(answer).contains("\"state\":\"ended\"", "had to be killed", "bash");
    assertThat(processes(machine, bob)).singleElement().asString().endsWith(" sleep");
    assertThat(machine.succeed("systemctl", "is-active", "daemon"))
        .as("a daemon that runs as him is no part of his desktop")
        .isEqualTo("active");
    assertThat(machine.run("pgrep", "-f", "sleep 1002").exit()).as("carol's").isZero();
    assertThat(machine.run("pgrep", "-f", "sleep 1003").exit()).as("root's").isZero();
    assertThat(machine.run("pgrep", "-f", "sleep 1001").exit()).as("his service").isEqualTo(1);
    assertThat(machine.succeed("cat", "/proc/mounts")).doesNotContain(drives);
    assertThat(machine.run("test", "-e", "/tmp/.X11-unix/X" + login.display()).exit()).isEqualTo(1);
    machine.succeed("systemctl", "stop", "daemon");
  }
}
