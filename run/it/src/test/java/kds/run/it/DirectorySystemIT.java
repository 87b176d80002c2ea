package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import kds.run.it.DebianDirectory.Outage;
import kds.run.it.DebianSessions.Answer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions of people whom an LDAP directory knows, while it is there, and while it is not. */
@OnDebian
class DirectorySystemIT {
  private static final Logger LOG = LoggerFactory.getLogger(DirectorySystemIT.class);
  private static final String SCRIPTS = "/opt/kasm-desktop-service/scripts/";

  /** What a look-up may take that the directory does not answer, and an answer around it. */
  private static final long LOOK_UP = 5000;

  private static final long AROUND = 2500;

  /**
   * Says who it is run as, without a question to the directory; the home of a user who has not
   * logged in yet is not there.
   */
  private static final String HOOK =
      """
      #!/bin/bash
      # kds: wait user=session
      groups=$(sed -n 's/^Groups:\\s*//p' /proc/self/status | xargs | tr ' ' ,)
      echo "$(basename "$0" .sh) $UID $(id -g) $groups $username" >> "$HOME/acts"
      """;

  private static DebianDirectory directory;
  private static DebianService service;
  private static DebianSessions sessions;
  private static DebianUser alice;
  private static int people;

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    directory = DebianDirectory.install(machine);
    service = machine.installService("");
    for (String folder : List.of("session_start", "session_end")) {
      machine.succeed("install", "-d", SCRIPTS + folder);
      byte[] hook = HOOK.getBytes(StandardCharsets.UTF_8);
      machine.write(SCRIPTS + folder + "/" + folder + ".sh", hook, "755");
    }
    alice = machine.addUser("alice");
    machine.succeed(DebianMachine.as(alice, "mkdir", alice.home() + "/Downloads"));
    service.start();
    sessions = DebianSessions.of(service);
  }

  /** One more person of the directory, with a home as his first log-in makes it. */
  private static DebianUser withHome(DebianMachine machine) throws Exception {
    DebianUser user = stranger();
    machine.succeed("su", "-", user.name(), "-c", "mkdir Downloads");
    return user;
  }

  /** One whom nobody has asked for. */
  private static DebianUser stranger() throws Exception {
    people++;
    return directory.addUser("lena" + people, 20_100 + people);
  }

  private static String started(DebianUser user) throws Exception {
    String kasmId = DebianSessions.newId();
    Answer answer = sessions.start(kasmId, user.name());
    assertThat(answer.says("outcome", "ready")).as("%s", answer).isTrue();
    return kasmId;
  }

  private static Outcome upload(DebianUser user, String name) throws Exception {
    return service.curl(
        service.token(user, "credential_type=sso"),
        "/Downloads/" + name,
        "-f",
        "-T",
        "/etc/os-release");
  }

  private static String acts(DebianMachine machine, DebianUser user) throws Exception {
    return machine.succeed("cat", user.home() + "/acts");
  }

  @Test
  void servesOneWhoseHomeHisFirstLogInMakes(DebianMachine machine) throws Exception {
    DebianUser lena = stranger();
    machine.awaitXrdp();
    try (RdpLogin login = machine.logInByRdp(lena)) {
      String kasmId = started(lena);
      upload(lena, "release").succeeded();
      String file = lena.home() + "/Downloads/release";
      assertThat(machine.succeed("stat", "-c", "%u %g %a", file))
          .isEqualTo(lena.uid() + " " + lena.uid() + " 600");
      Outcome down = service.curl(service.token(lena), "/Downloads/release", "-f").succeeded();
      assertThat(down.bytes()).isEqualTo(machine.read("/etc/os-release"));
      machine.succeed(login.onDisplay("xdotool", "getdisplaygeometry"));
      assertThat(sessions.end(kasmId).says("state", "ended")).isTrue();
    }
    String who = lena.uid() + " " + lena.uid() + " " + DebianDirectory.DRAWING + "," + lena.uid();
    assertThat(acts(machine, lena))
        .isEqualTo(
            "session_start "
                + who
                + " "
                + lena.name()
                + "\nsession_end "
                + who
                + " "
                + lena.name());
    assertThat(machine.run("grep", "-c", lena.name(), "/etc/passwd").output())
        .as("control: this machine itself does not know him")
        .isEqualTo("0");
  }

  @Test
  void knowsHimHoweverHisNameIsWritten(DebianMachine machine) throws Exception {
    DebianUser lena = withHome(machine);
    String one = started(lena);
    String other = DebianSessions.newId();
    Answer second = sessions.start(other, lena.name().toUpperCase());
    assertThat(second.says("outcome", "ready")).as("%s", second).isTrue();
    upload(new DebianUser(lena.name().toUpperCase(), lena.uid(), ""), "loud").succeeded();
    assertThat(machine.succeed("stat", "-c", "%u", lena.home() + "/Downloads/loud"))
        .isEqualTo(Long.toString(lena.uid()));
    assertThat(sessions.end(one).body()).contains("Left to the user's last session");
    assertThat(sessions.end(other).body()).doesNotContain("Left to the user's last session");
  }

  @Test
  void endsTheSessionOfOneWhoWasRemovedMeanwhile(DebianMachine machine) throws Exception {
    DebianUser lena = withHome(machine);
    String kasmId = started(lena);
    directory.removeUser(lena);
    assertThat(machine.run("getent", "passwd", lena.name()).exit()).as("control").isEqualTo(2);
    Answer end = sessions.end(kasmId);
    assertThat(end.says("state", "ended")).as("%s", end).isTrue();
    assertThat(acts(machine, lena)).contains("session_end " + lena.uid() + " ");
    assertThat(startWhenForgotten(lena).body()).contains("degraded", "knows no user");
  }

  /** Somebody who was found is remembered for 5 s. */
  private static Answer startWhenForgotten(DebianUser user) throws Exception {
    long until = System.nanoTime() + 10_000_000_000L;
    Answer answer = sessions.start(DebianSessions.newId(), user.name());
    while (answer.says("outcome", "ready") && System.nanoTime() < until) {
      answer = sessions.start(DebianSessions.newId(), user.name());
    }
    return answer;
  }

  @ParameterizedTest
  @EnumSource(Outage.class)
  void goesOnWithoutTheDirectory(Outage outage, DebianMachine machine) throws Exception {
    final DebianUser known = withHome(machine);
    final DebianUser unknown = withHome(machine);
    final String running = started(known);
    final String local = started(alice);
    assertThat(sessions.end(local).says("state", "ended")).isTrue();
    List<Answer> strangers;
    directory.fail(outage);
    try {
      Answer first = sessions.start(DebianSessions.newId(), unknown.name());
      LOG.info(
          "{}: session_start of one who is not known yet: {} ms", outage, first.milliseconds());
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.body()).contains("degraded", "directory does not answer");
      assertThat(first.body()).doesNotContain("knows no user");
      assertThat(first.milliseconds()).isLessThan(LOOK_UP + AROUND);

      strangers = crowd(30);
      goesOnForOthers(machine, outage);
      upload(known, "during-" + outage).succeeded();
      Answer end = sessions.end(running);
      LOG.info("{}: session_end of one who is known: {} ms", outage, end.milliseconds());
      assertThat(end.says("state", "ended")).as("%s", end).isTrue();
      assertThat(end.milliseconds()).isLessThan(LOOK_UP + AROUND);
      assertThat(acts(machine, known)).contains("session_end " + known.uid() + " ");
    } finally {
      directory.mend(outage);
    }
    assertThat(strangers).allMatch(answer -> answer.status() == 200);
    Answer after = sessions.start(DebianSessions.newId(), unknown.name());
    LOG.info("{}: session_start after it: {} ms", outage, after.milliseconds());
    assertThat(after.says("outcome", "ready")).as("%s", after).isTrue();
    assertThat(service.property("NRestarts")).isEqualTo("0");
  }

  /** Starts of so many whom nobody knows, at once. */
  private static List<Answer> crowd(int size) {
    List<CompletableFuture<Answer>> starts = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String name = "nobody" + i;
      starts.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return sessions.start(DebianSessions.newId(), name);
                } catch (Exception e) {
                  throw new CompletionException(e);
                }
              },
              Thread.ofVirtual()::start));
    }
    return starts.stream().map(CompletableFuture::join).toList();
  }

  private static void goesOnForOthers(DebianMachine machine, Outage outage) throws Exception {
    String kasmId = DebianSessions.newId();
    Answer start = sessions.start(kasmId, alice.name());
    LOG.info("{}: session_start of a local user: {} ms", outage, start.milliseconds());
    assertThat(start.says("outcome", "ready")).as("%s", start).isTrue();
    assertThat(start.milliseconds()).isLessThan(AROUND);
    upload(alice, "during-" + outage).succeeded();
    Answer end = sessions.end(kasmId);
    LOG.info("{}: session_end of a local user: {} ms", outage, end.milliseconds());
    assertThat(end.says("state", "ended")).as("%s", end).isTrue();
    assertThat(end.milliseconds()).isLessThan(AROUND);
    assertThat(acts(machine, alice)).contains("session_end " + alice.uid() + " ");
  }
}
