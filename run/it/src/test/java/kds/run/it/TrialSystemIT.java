package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The lines that {@code ./run/start} prints, pasted as they are: a session from its start on. */
class TrialSystemIT {
  private static final String ROOT = System.getProperty("kds.root");
  private static final boolean AS_ROOT = System.getProperty("user.name").equals("root");

  /** The documentation's table of variables, in its order. */
  private static final List<String> DOCUMENTED =
      List.of(
          "user_id",
          "username",
          "kasm_id",
          "kasm_user",
          "jwt_token",
          "api_host",
          "api_port",
          "api_url_prefix");

  private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    service = Service.fresh().start();
    service.edit(
        "debug: false",
        "api_host: \"kasm.example.net\"\napi_port: 8443\napi_url_prefix: \"/kasm\"\ndebug: false");
    service.stop();
    service.start();
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  /** The printed commands that have this word. */
  private static List<String> lines(String word) {
    return service
        .printed()
        .lines()
        .filter(line -> line.startsWith("  ") && line.contains(word))
        .map(String::strip)
        .toList();
  }

  private static String paste(String line) throws Exception {
    Outcome done = Host.run("bash", "-c", "cd '" + ROOT + "' && " + line);
    assertThat(done.exit()).as("%s%n%s", line, done.errors()).isZero();
    return done.output();
  }

  private static List<String> pasteAtOnce(List<String> lines) {
    List<CompletableFuture<String>> all = lines.stream().map(TrialSystemIT::pasteLater).toList();
    return all.stream().map(each -> each.orTimeout(2, TimeUnit.MINUTES).join()).toList();
  }

  private static CompletableFuture<String> pasteLater(String line) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return paste(line);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        THREADS);
  }

  private static String member(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    assertThat(matcher.find()).as("%s in %s", name, json).isTrue();
    return matcher.group(1);
  }

  /** What the scripts of a folder were told, by session. */
  private static Map<String, Map<String, String>> told(String folder) throws Exception {
    Pattern line =
        Pattern.compile(
            "\\[\\S+ (\\S+)] kds.scripts.output: " + folder + "/50-variables.sh: (\\w+)=\\[(.*)]$");
    Map<String, Map<String, String>> sessions = new HashMap<>();
    for (String logged : paste(lines("grep kds.scripts.output").getFirst()).lines().toList()) {
      Matcher matcher = line.matcher(logged);
      if (matcher.find()) {
        sessions
            .computeIfAbsent(matcher.group(1), id -> new HashMap<>())
            .put(matcher.group(2), matcher.group(3));
      }
    }
    return sessions;
  }

  private static Map<String, String> values(String... inTheOrderOfTheTable) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < DOCUMENTED.size(); i++) {
      values.put(DOCUMENTED.get(i), inTheOrderOfTheTable[i]);
    }
    return values;
  }

  @Test
  void tellsEachScriptWhatTheDocumentationSays() throws Exception {
    paste(lines("./run/token --home").getFirst());
    List<String> started = pasteAtOnce(lines("/session_start"));
    String one = member(started.get(0), "kasm_id");
    String two = member(started.get(1), "kasm_id");
    assertThat(started).hasSize(2).allMatch(answer -> answer.contains("\"outcome\":\"ready\""));
    CompletableFuture<String> events = pasteLater(lines("/events").getFirst());
    awaitEnds("session_start/50-variables.sh", 2);
    assertThat(pasteAtOnce(lines("/session_end")))
        .hasSize(2)
        .allMatch(answer -> answer.contains("\"state\":\"ended\""));

    String mine = AS_ROOT ? "kds-trial-1" : System.getProperty("user.name");
    String other = AS_ROOT ? "kds-trial-2" : "";
    String host = "kasm.example.net";
    String hidden = "********";
    assertThat(told("session_start"))
        .containsOnly(
            Map.entry(
                one, values("user-1", mine, one, "one@example.net", hidden, host, "8443", "/kasm")),
            Map.entry(
                two,
                values("user-2", other, two, "two@example.net", hidden, host, "8443", "/kasm")));
    assertThat(told("session_end"))
        .as("kasm_user is for session_start scripts only")
        .containsOnly(
            Map.entry(one, values("user-1", mine, one, "not set", hidden, host, "8443", "/kasm")),
            Map.entry(two, values("user-2", other, two, "not set", hidden, host, "8443", "/kasm")));
    assertThat(events.get(2, TimeUnit.MINUTES))
        .contains("\"text\":\"starting\"", "\"text\":\"ready\"", "\"text\":\"ended\"")
        .doesNotContain(two);
  }

  /** Waits until scripts have ended, as the log tells. */
  private static void awaitEnds(String script, int count) throws Exception {
    Path log = service.home().resolve("log/console.log");
    List<String> follow = List.of("tail", "-n", "+1", "-f", log.toString());
    try (Running lines = Running.start(log.resolveSibling("followed"), follow)) {
      for (int i = 0; i < count; i++) {
        lines.await(script + ": ended: DONE", Duration.ofMinutes(1));
      }
    }
  }

  @Test
  void saysForWhomItActs() throws Exception {
    assertThat(service.printed())
        .contains(AS_ROOT ? "acts for any account" : "acts for " + System.getProperty("user.name"));
    assertThat(Files.readString(service.home().resolve("scripts/session_end/50-variables.sh")))
        .contains(DOCUMENTED);
  }
}
