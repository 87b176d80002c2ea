package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundle of scripts is replaced while scripts of ten sessions run. */
@OnDebian
class ScriptSwapSystemIT {
  private static final int SESSIONS = 10;
  private static final String SCRIPTS = "/opt/kasm-desktop-service/scripts/session_start/";
  private static final String DEPLOY = "/opt/kasm-desktop-service/deploy";
  private static final String GATE = "/var/tmp/it-gate";
  private static final Duration PATIENCE = Duration.ofSeconds(50);
  private static final Pattern RUN =
      Pattern.compile("\\{\"id\":\"([^\"]+)\",\"script\":\"([^\"]+)\"[^}]*\\}");

  private static DebianService service;
  private static String token;
  private static final List<DebianUser> users = new ArrayList<>();

  /** A session of the test. */
  private record Seat(String kasmId, DebianUser user) {
    String order() {
      return "{\"kasm_id\":\"%s\",\"user_id\":\"id-%s\",\"username\":\"%s\",\"kasm_user\":\"%s\","
              .formatted(kasmId, user.name(), user.name(), user.name())
          + "\"credential_type\":\"sso\",\"jwt_token\":\"token-of-"
          + user.name()
          + "\"}";
    }
  }

  @BeforeAll
  static void install(DebianMachine machine) throws Exception {
    service = machine.installService("scripts: {keep: 100}\n");
    script(machine, "10-background", "background", 3);
    script(machine, "20-waited", "wait user=session", 0);
    for (int user = 0; user < SESSIONS; user++) {
      users.add(machine.addUser("seat" + user));
    }
    service.start();
    token = service.token(users.getFirst());
  }

  private static void script(DebianMachine machine, String name, String header, int code)
      throws Exception {
    String text =
        "#!/bin/bash\n# kds: "
            + header
            + "\necho \"begin $kasm_id $username $(id -un) $jwt_token\"\nuntil [ -e "
            + GATE
            + " ]; do sleep 0.2; done\necho \"end $kasm_id $username\"\nexit "
            + code
            + "\n";
    machine.succeed("mkdir", "-p", SCRIPTS);
    machine.write(SCRIPTS + name, text.getBytes(StandardCharsets.UTF_8), "755");
  }

  private static String get(String path) throws Exception {
    return service.curl(token, path, "-i").succeeded().output();
  }

  private static int running() throws Exception {
    return get("/scripts/runs?limit=100").split("\"outcome\":\"running\"", -1).length - 1;
  }

  private static void untilRunning(int wanted) throws Exception {
    Soon.until(wanted + " scripts run", () -> running() == wanted);
  }

  private static CompletableFuture<String> later(ExecutorService threads, String... curl) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            String[] options = java.util.Arrays.copyOfRange(curl, 1, curl.length);
            return service.curl(token, curl[0], options).output();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        threads);
  }

  /** The id of a session's run of a script. */
  private static String run(Seat seat, String script) throws Exception {
    Matcher matcher = RUN.matcher(get("/scripts/runs?kasm_id=" + seat.kasmId()));
    while (matcher.find()) {
      if (matcher.group(2).endsWith(script)) {
        return matcher.group(1);
      }
    }
    throw new AssertionError("No run of " + script + " for " + seat);
  }

  @Test
  void twentyScriptsFinishAndNoSessionNotices(DebianMachine machine) throws Exception {
    List<Seat> seats =
        users.stream().map(user -> new Seat(UUID.randomUUID().toString(), user)).toList();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<String>> starts =
          seats.stream()
              .map(
                  seat ->
                      later(
                          threads,
                          "/session_start",
                          "-H",
                          "Content-Type: application/json",
                          "-d",
                          seat.order()))
              .toList();
      untilRunning(2 * SESSIONS);
      assertThat(get("/scripts/runs")).contains("kds.scripts;version=1.0.0");

      machine.succeed("mkdir", "-p", DEPLOY);
      machine.write("/opt/newer.tmp", NewerBundle.of("kds.scripts", "1.0.1"), "644");
      machine.succeed("mv", "/opt/newer.tmp", DEPLOY + "/scripts.jar");
      machine.awaitJournal("Replaced kds.scripts", PATIENCE);
      assertThat(get("/scripts/runs")).contains("kds.scripts;version=1.0.1");
      assertThat(running()).isEqualTo(2 * SESSIONS);
      Seat first = seats.getFirst();
      String followed = run(first, "10-background");
      assertThat(get("/scripts/runs/" + followed))
          .contains("begin " + first.kasmId() + " seat0 root ********");
      CompletableFuture<String> live =
          later(threads, "/scripts/runs/" + followed + "/output", "-N", "--max-time", "50");
      assertThat(starts).noneMatch(CompletableFuture::isDone);

      machine.succeed("touch", GATE);
      for (CompletableFuture<String> start : starts) {
        assertThat(start.get(50, TimeUnit.SECONDS))
            .contains("\"state\":\"running\"", "\"outcome\":\"ready\"");
      }
      assertThat(live.get(50, TimeUnit.SECONDS))
          .containsSubsequence(
              "begin " + first.kasmId(), "end " + first.kasmId(), "event: ended", "failed")
          .contains("\"exit_code\":3");
    }
    untilRunning(0);
    machine.awaitJournal("has served its last call and is gone", PATIENCE);
    for (Seat seat : seats) {
      check(seat, "10-background", "root", "failed", 3);
      check(seat, "20-waited", seat.user().name(), "done", 0);
    }
    String journal = machine.succeed("journalctl", "-o", "cat", "-u", DebianService.UNIT);
    for (Seat seat : seats) {
      assertThat(journal)
          .contains("10-background: end " + seat.kasmId(), "20-waited: end " + seat.kasmId());
    }
    assertThat(journal).doesNotContain(" ERROR ", "token-of-");
    sessionsGoOn(seats.getFirst());
  }

  private static void check(Seat seat, String script, String user, String outcome, int code)
      throws Exception {
    String run = get("/scripts/runs/" + run(seat, script));
    String output =
        "begin %s %s %s ********\\nend %s %s\\n"
            .formatted(seat.kasmId(), seat.user().name(), user, seat.kasmId(), seat.user().name());
    assertThat(run)
        .contains("\"user\":\"" + user + "\"", "\"outcome\":\"" + outcome + "\"")
        .contains("\"exit_code\":" + code, "\"head\":\"" + output + "\",\"tail\":\"\"");
  }

  /** The new bundle serves them: what happened is told, and one can end. */
  private static void sessionsGoOn(Seat seat) throws Exception {
    String ended =
        service
            .curl(
                token,
                "/session_end",
                "-H",
                "Content-Type: application/json",
                "-d",
                "{\"kasm_id\":\"" + seat.kasmId() + "\",\"action\":\"disconnect\"}")
            .output();
    assertThat(ended).contains("\"state\":\"ended\"").doesNotContain("\"failed\"");
    String events = service.curl(token, "/sessions/" + seat.kasmId() + "/events").output();
    assertThat(events)
        .contains("session_start/10-background begins: run ")
        .contains("session_start/10-background ended: FAILED", "exit code 3");
  }
}
