package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import kds.run.it.DebianSessions.Answer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends of sessions in every state, over HTTP, with what they take. */
@OnDebian
class SessionEndSystemIT {
  private static final Logger LOG = LoggerFactory.getLogger(SessionEndSystemIT.class);
  private static final String CONFIG = "sessions: {start_wait: 4s, end_wait: 1s}\n";
  private static final String SAVED = "/run/gate/saved";

  /** What counts as at once, on a machine that other tests share; the log tells the figures. */
  private static final long AT_ONCE = 1000;

  private static DebianSessions sessions;
  private static Gate gate;
  private static int users;

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    DebianService service = machine.installService(CONFIG);
    gate = Gate.install(machine);
    String save = "#!/bin/sh\necho \"$kasm_id\" >> " + SAVED + "\n";
    machine.write(
        "/opt/kasm-desktop-service/scripts/builtin/save_persistent_profile.sh",
        save.getBytes(StandardCharsets.UTF_8),
        "755");
    service.start();
    sessions = DebianSessions.of(service);
  }

  private static DebianUser newUser(DebianMachine machine) throws Exception {
    users++;
    return machine.addUser("user" + users);
  }

  private static String started(DebianUser user) throws Exception {
    String kasmId = DebianSessions.newId();
    Answer answer = sessions.start(kasmId, user.name(), "static");
    assertThat(answer.says("outcome", "ready")).as("%s", answer).isTrue();
    return kasmId;
  }

  private static CompletableFuture<Answer> meanwhile(Callable<Answer> call) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return call.call();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        Thread.ofVirtual()::start);
  }

  private static void requireEnded(Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.says("state", "ended")).as("%s", answer).isTrue();
  }

  private static void report(String what, List<Long> took) {
    Collections.sort(took);
    LOG.info(
        "{}: median {} ms, worst {} ms of {}",
        what,
        took.get(took.size() / 2),
        took.getLast(),
        took.size());
    assertThat(took.getLast()).as(what).isLessThan(AT_ONCE);
  }

  @Test
  void answersForUnknownAndEndedOnesAtOnce(DebianMachine machine) throws Exception {
    String ended = started(newUser(machine));
    requireEnded(sessions.end(ended));
    List<Long> unknown = new ArrayList<>();
    List<Long> again = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Answer nobody = sessions.end(DebianSessions.newId());
      assertThat(nobody.status()).isEqualTo(200);
      assertThat(nobody.says("state", "unknown")).as("%s", nobody).isTrue();
      unknown.add(nobody.milliseconds());
      Answer over = sessions.end(ended);
      requireEnded(over);
      again.add(over.milliseconds());
    }
    report("session_end of an unknown session", unknown);
    report("session_end of an ended session", again);
    assertThat(gate.acts()).containsOnlyOnce("session_end " + ended);
  }

  @Test
  void endsOneInTheMiddleOfItsStart(DebianMachine machine) throws Exception {
    List<Long> took = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      DebianUser user = newUser(machine);
      gate.shut(user, "session_start");
      String kasmId = DebianSessions.newId();
      CompletableFuture<Answer> start =
          meanwhile(() -> sessions.start(kasmId, user.name(), "static"));
      gate.awaitInside(user, "session_start");
      assertThat(start).as("control: it is starting").isNotDone();
      Answer end = sessions.end(kasmId);
      requireEnded(end);
      took.add(end.milliseconds());
      assertThat(start.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
      assertThat(machine.run("pgrep", "-f", "50-gate.sh").output()).isEmpty();
      assertThat(sessions.look(kasmId).says("state", "ended")).isTrue();
    }
    report("session_end of a half-started session", took);
  }

  @Test
  void startsNoneDuringAnEndOfItsUser(DebianMachine machine) throws Exception {
    DebianUser user = newUser(machine);
    DebianUser other = newUser(machine);
    String first = started(user);
    gate.shut(user, "session_end");
    Answer end = sessions.end(first);
    assertThat(end.status()).isEqualTo(200);
    assertThat(end.says("state", "ending")).as("%s", end).isTrue();
    assertThat(end.milliseconds()).isBetween(900L, 1000 + AT_ONCE);
    Answer early = sessions.start(DebianSessions.newId(), user.name(), "static");
    LOG.info(
        "session_start during an unfinished end: {} after {} ms",
        early.status(),
        early.milliseconds());
    assertThat(early.status()).isEqualTo(409);
    assertThat(early.body()).contains("user-ending");
    assertThat(early.milliseconds()).isBetween(3900L, 4000 + AT_ONCE);
    started(other);

    String waits = DebianSessions.newId();
    CompletableFuture<Answer> waiting =
        meanwhile(() -> sessions.start(waits, user.name(), "static"));
    Soon.until("the service knows of it", () -> sessions.look(waits).status() == 200);
    assertThat(waiting).as("control: it waits").isNotDone();
    Answer given = sessions.end(waits);
    requireEnded(given);
    LOG.info("session_end of one that waits to begin: {} ms", given.milliseconds());
    assertThat(given.milliseconds()).isLessThan(AT_ONCE);
    waiting.get(20, TimeUnit.SECONDS);

    String patient = DebianSessions.newId();
    CompletableFuture<Answer> last =
        meanwhile(() -> sessions.start(patient, user.name(), "static"));
    gate.open(user, "session_end");
    assertThat(last.get(20, TimeUnit.SECONDS).says("outcome", "ready")).isTrue();
    requireEnded(sessions.end(first));
    assertThat(gate.acts()).containsOnlyOnce("session_end " + first);
    assertThat(gate.acts()).doesNotContain("session_start " + waits);
  }

  @Test
  void leavesDesktopAndProfileToTheLastSessionOfAUser(DebianMachine machine) throws Exception {
    DebianUser user = newUser(machine);
    machine.awaitXrdp();
    String one = started(user);
    String two = started(user);
    try (RdpLogin login = machine.logInByRdp(user)) {
      Answer first = sessions.end(one);
      requireEnded(first);
      assertThat(first.body()).contains("Left to the user's last session; 1 more");
      assertThat(machine.run("cat", SAVED).output()).doesNotContain(one);
      machine.succeed(login.onDisplay("xdotool", "getdisplaygeometry"));
      machine.succeed("pgrep", "-u", user.name(), "-x", "xfwm4");
      machine.succeed("id", user.name());
      Answer last = sessions.end(two);
      requireEnded(last);
      assertThat(last.body()).doesNotContain("Left to the user's last session");
      assertThat(machine.succeed("cat", SAVED)).contains(two);
    }
  }
}
