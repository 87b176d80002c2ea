package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applications that session_start scripts put on the screens of people who log in by RDP after
 * their session's start was answered: by the sample of the documentation, and by kds-wait-display.
 */
@OnDebian
class GuiAppSystemIT {
  private static final Logger LOG = LoggerFactory.getLogger(GuiAppSystemIT.class);
  private static final Path PICTURES = DebianMachine.TARGET.resolve("pictures");
  private static final String SCRIPTS = "/opt/kasm-desktop-service/scripts/session_start/";
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration ALIVE = Duration.ofSeconds(60);

  /** The form that the README of kds.scripts gives. */
  private static final String WAITING =
      """
      #!/bin/bash
      # kds: timeout=10m
      desktop=$(kds-wait-display) || exit 1
      echo "going on"
      eval "sudo -u \\"\\$username\\" $desktop xfce4-terminal" >/dev/null 2>&1 &
      """;

  private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private static DebianService service;
  private static String control;
  private static DebianUser alice;
  private static DebianUser bob;

  private final Map<DebianUser, RdpLogin> logins = new ConcurrentHashMap<>();

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    service = machine.installService("").start();
    alice = machine.addUser("alice");
    bob = machine.addUser("bob");
    control = service.token(alice, "scope=session");
    machine.succeed("mkdir", "-p", SCRIPTS);
    machine.awaitXrdp();
  }

  @AfterEach
  void logOut() {
    logins.values().forEach(RdpLogin::close);
  }

  private static byte[] resource(String name) throws Exception {
    try (InputStream from = GuiAppSystemIT.class.getResourceAsStream("/" + name)) {
      return from.readAllBytes();
    }
  }

  /** The documented sample, unchanged but for the program. */
  private static byte[] sample(String program) throws Exception {
    String text = new String(resource("gui-sample.sh"), StandardCharsets.UTF_8);
    String documented = "APP=\"/usr/games/chromium-bsu\"";
    assertThat(text).containsOnlyOnce(documented);
    return text.replace(documented, "APP=\"" + program + "\"").getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void putsWindowsOnTheScreensOfThoseWhoLogInLater(DebianMachine machine) throws Exception {
    machine.write("/root/probe.py", resource("desktop-probe.py"), "700");
    try (Running journal = machine.journal("-o", "short-unix", "-u", DebianService.UNIT);
        Running aliceProbe = probe(machine, alice);
        Running bobProbe = probe(machine, bob)) {
      machine.write(SCRIPTS + "10-gui.sh", sample("/usr/bin/xfce4-terminal"), "755");
      DebianSession aliceSession = start("alice");
      journal.await("10-gui.sh: .*Waiting for XRDP display", LIMIT);
      machine.succeed("rm", SCRIPTS + "10-gui.sh");
      machine.write(SCRIPTS + "20-wait.sh", WAITING.getBytes(StandardCharsets.UTF_8), "755");
      DebianSession bobSession = start("bob");
      for (DebianSession each : List.of(aliceSession, bobSession)) {
        assertThat(each.started()).contains("\"state\":\"running\"", "\"outcome\":\"ready\"");
      }
      assertThat(machine.run("pgrep", "Xorg").output()).as("nobody has logged in yet").isEmpty();

      logInBoth(machine);
      Map<String, Double> wentOn = wentOn(journal);
      tell("The sample", "managed", aliceProbe, wentOn.get("10-gui.sh"));
      double waited = tell("kds-wait-display", "ready", bobProbe, wentOn.get("20-wait.sh"));
      assertThat(waited).as("seconds from a usable desktop to the script").isLessThan(3);

      DesktopWindow sampled = DesktopWindow.await(machine, logins.get(alice), "Xfce4-terminal");
      DesktopWindow awaited = DesktopWindow.await(machine, logins.get(bob), "Xfce4-terminal");
      look(sampled, "alice");
      look(awaited, "bob");
      String one = applicationOf(machine, alice, aliceSession);
      String two = applicationOf(machine, bob, bobSession);
      assertAliveForAMinute(machine, one, two);
      look(sampled, "alice-later");
      look(awaited, "bob-later");

      assertEnds(machine, alice, aliceSession);
      assertThat(machine.succeed("ps", "-o", "user=", "-p", two).strip())
          .as("control: the other's application goes on")
          .isEqualTo("bob");
      assertEnds(machine, bob, bobSession);
    }
  }

  private static DebianSession start(String user) throws Exception {
    return DebianSession.start(service, control, user, "static", "\"kasm_user\":\"" + user + "\"");
  }

  private static Running probe(DebianMachine machine, DebianUser user) throws Exception {
    Running probe = machine.start("python3", "/root/probe.py", Long.toString(user.uid()));
    probe.await("looking", LIMIT);
    return probe;
  }

  private void logInBoth(DebianMachine machine) {
    CompletableFuture.allOf(
            List.of(alice, bob).stream()
                .map(user -> CompletableFuture.runAsync(() -> logIn(machine, user), THREADS))
                .toArray(CompletableFuture[]::new))
        .orTimeout(3, TimeUnit.MINUTES)
        .join();
  }

  private void logIn(DebianMachine machine, DebianUser user) {
    try {
      logins.put(user, machine.logInByRdp(user));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** When each script found its desktop, in seconds since 1970. */
  private static Map<String, Double> wentOn(Running journal) throws Exception {
    String line = "^(\\d+\\.\\d+) .*(10-gui.sh|20-wait.sh): (.*Using DISPLAY|going on)";
    Map<String, Double> times = new HashMap<>();
    while (times.size() < 2) {
      Matcher said = journal.await(line, LIMIT);
      times.put(said.group(2), Double.parseDouble(said.group(1)));
    }
    return times;
  }

  /** Tells how long a script took to see that a desktop is there. */
  private static double tell(String who, String word, Running probe, double wentOn)
      throws Exception {
    String nanos = probe.await("^" + word + " (\\d+)$", LIMIT).group(1);
    double seconds = wentOn - Long.parseLong(nanos) / 1e9;
    LOG.info("{} went on {} s after the desktop was {}", who, "%.3f".formatted(seconds), word);
    return seconds;
  }

  private static void look(DesktopWindow window, String name) throws Exception {
    Files.createDirectories(PICTURES);
    double visible =
        window.visible(
            PICTURES.resolve("gui-" + name + ".png"),
            PICTURES.resolve("gui-" + name + "-hidden.png"));
    assertThat(visible).as("how much of its place the window of %s covers", name).isGreaterThan(.5);
  }

  /** The application's process: the user's, and in the group of his session. */
  private static String applicationOf(DebianMachine machine, DebianUser user, DebianSession session)
      throws Exception {
    String process = machine.succeed("pgrep", "-u", user.name(), "-x", "xfce4-terminal");
    assertThat(machine.succeed("cat", "/proc/" + process + "/cgroup"))
        .contains("session-" + session.kasmId() + ".group");
    return process;
  }

  /** tail ends when the process does; the limit ends tail. */
  private static void assertAliveForAMinute(DebianMachine machine, String one, String two)
      throws Exception {
    String wait = "timeout " + ALIVE.toSeconds() + " tail -f --pid=%s /dev/null";
    String both = wait.formatted(one) + " & " + wait.formatted(two) + "; b=$?; wait $!; echo $? $b";
    Duration limit = ALIVE.plus(DebianMachine.LIMIT);
    assertThat(machine.run(limit, new byte[0], List.of("sh", "-c", both)).output())
        .isEqualTo("124 124");
    machine.succeed("kill", "-0", one, two);
  }

  private static void assertEnds(DebianMachine machine, DebianUser user, DebianSession session)
      throws Exception {
    String answer = session.end();
    assertThat(answer).contains("\"state\":\"ended\"", "The desktop of " + user.name());
    assertThat(machine.run("ps", "-o", "args=", "-u", user.name()).output()).isEmpty();
    String traces = "/tmp -maxdepth 2 -user %s ( -name .X*-lock -o -name X[0-9]* )";
    assertThat(machine.succeed(("find " + traces.formatted(user.name())).split(" "))).isEmpty();
  }
}
