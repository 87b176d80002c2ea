package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import kds.run.it.SessionCalls.Answer;
import tools.jackson.databind.JsonNode;

/** A service in a home of its own, with real accounts, their sessions, and one who kills it. */
final class SessionTrial implements AutoCloseable {
  private static final int USERS = 4;

  /** Whose session each client starts: of the first two users there are two at a time. */
  private static final int[] CLIENTS = {0, 0, 1, 1, 2, 3};

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Random random;
  private final List<LocalUser> users = new ArrayList<>();
  private final Tales tales = new Tales();
  private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
  private final KillTally tally = new KillTally();
  private KillHooks hooks;
  private Service service;
  private String token;
  private SessionCalls calls;

  /** How often service_startup had run before this life of the service. */
  private int startups;

  private volatile boolean over;

  private SessionTrial(Random random) {
    this.random = random;
  }

  static SessionTrial begin(Random random) throws Exception {
    SessionTrial trial = new SessionTrial(random);
    try {
      trial.prepare();
      return trial;
    } catch (Exception | Error e) {
      trial.close();
      throw e;
    }
  }

  private void prepare() throws Exception {
    for (int i = 0; i < USERS; i++) {
      users.add(LocalUser.make());
    }
    hooks = KillHooks.install();
    service = Service.fresh().start();
    token = service.script("token", "--scope", "session health admin", "--ttl", "1d");
    service.stop();
    String own = "script_path: \"" + service.home() + "/scripts\"";
    service.edit(
        own,
        "script_path: \""
            + hooks.scripts()
            + "\"\nscripts: {grace: 1s, keep: 1000, unsaved_profile: save}");
    startAgain();
    settle();
  }

  KillHooks hooks() {
    return hooks;
  }

  KillTally tally() {
    return tally;
  }

  SessionJournals journals() {
    return new SessionJournals(service.home().resolve("state/sessions"));
  }

  void startAgain() throws Exception {
    int before = startups;
    startups = services("begin").size();
    assertThat(startups).as("runs of service_startup").isBetween(before, before + 1);
    service.startAgain();
    calls = new SessionCalls(service, token);
  }

  /** A session that is running. */
  Tale started() throws Exception {
    Tale tale = tales.begin(users.get(tales.all().size() % USERS).name());
    Answer answer = calls.start(tale.kasmId, tale.user);
    assertThat(answer.state()).as("%s", answer).isEqualTo("running");
    tale.started = true;
    return tale;
  }

  void end(Tale tale) throws Exception {
    tale.ending = true;
    Answer answer = calls.end(tale.kasmId);
    assertThat(answer.status()).as("%s: %s", tale, answer).isEqualTo(200);
    assertThat(answer.state()).as("%s: %s", tale, answer).isIn("ending", "ended");
    tale.ended = true;
  }

  // A kill

  /**
   * Starts and ends sessions, and kills the service in the middle of it.
   *
   * @param later in full swing, however slow the machine is
   */
  void killUnderLoad(boolean later) throws Exception {
    over = false;
    hooks.linger(true);
    List<Thread> clients = new ArrayList<>();
    int before = tales.all().size();
    for (int client : CLIENTS) {
      String user = users.get(client).name();
      clients.add(
          Thread.startVirtualThread(
              new SessionClient(calls, user, random.nextLong(), tales, unexpected, () -> over)));
    }
    if (later) {
      await(
          "no session starts",
          () -> tales.all().stream().skip(before).anyMatch(tale -> tale.started));
    }
    TimeUnit.MILLISECONDS.sleep(random.nextInt(1500)); // The random moment: nothing is awaited.
    over = true;
    kill();
    for (Thread client : clients) {
      client.join();
    }
    hooks.linger(false);
    assertThat(unexpected).isEmpty();
  }

  /** Kills the service while it goes on with what an earlier life had begun. */
  void killWhileItTakesUp() throws Exception {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(1000)); // The random moment: nothing is awaited.
    kill();
  }

  void kill() throws Exception {
    service.kill();
    calls.close();
    journals().all().forEach(tally::met);
  }

  private static void await(String otherwise, Callable<Boolean> condition) throws Exception {
    Soon.until(PATIENCE, () -> otherwise, condition);
  }

  // Garbage

  /** Makes garbage of the journal of one session. */
  String spoilAJournal() throws IOException {
    List<Tale> told =
        tales.all().stream().filter(tale -> Files.exists(journals().of(tale.kasmId))).toList();
    assertThat(told).isNotEmpty();
    Tale victim = told.get(random.nextInt(told.size()));
    journals().spoil(victim.kasmId, random);
    tally.spoiled();
    tales.forget(victim);
    return victim.kasmId;
  }

  /**
   * The log and the API tell of it, it is kept, and its session is not known any more. What that
   * one left is for the administrator to end, which is done here.
   */
  void requireReported(String kasmId) throws Exception {
    String name = SessionJournals.name(kasmId);
    Answer health = calls.get("/health");
    assertThat(health.body().toString()).as("health").contains(name + " was no journal");
    assertThat(Files.readString(service.home().resolve("log/console.log")))
        .as("log")
        .containsPattern("ERROR.*" + name + " cannot be read .* was moved to ");
    assertThat(journals().isSetAside(kasmId)).as("kept").isTrue();
    assertThat(calls.look(kasmId).status()).isEqualTo(404);
    assertThat(calls.end(kasmId).state()).isEqualTo("unknown");
    for (KillHooks.Mark mark : hooks.of(kasmId)) {
      mark.end();
    }
  }

  // Looking

  /** Waits until the service works on no session, and its own scripts have begun. */
  void settle() throws Exception {
    tales.each(
        tale ->
            await(
                tale + " does not come to rest",
                () -> List.of("running", "ended", "").contains(calls.look(tale.kasmId).state())));
    await("no service_startup", () -> services("begin").size() == startups + 1);
  }

  private List<KillHooks.Mark> services(String what) throws IOException {
    return hooks.ofService().stream().filter(mark -> mark.what().equals(what)).toList();
  }

  List<String> complaints() throws Exception {
    List<String> complaints = new CopyOnWriteArrayList<>(unexpected);
    tales.each(
        tale -> {
          String path = "/scripts/runs?limit=100&kasm_id=" + tale.kasmId;
          Answer now = calls.look(tale.kasmId);
          JsonNode runs = calls.get(path).body().path("runs");
          complaints.addAll(SessionJudge.complaints(hooks, tale, now, runs));
          tally.judged(now.body());
        });
    if (services("begin").size() != startups + 1) {
      complaints.add("service_startup did not run once in this life of the service");
    }
    if (services("child").stream().filter(KillHooks.Mark::lives).count() > 1) {
      complaints.add("What service_startup left in an earlier life lives on");
    }
    return complaints;
  }

  /** A client that had no answer asks again, and is told what there is; nothing is done anew. */
  void repeatCalls() throws Exception {
    tales.each(this::repeatCalls);
  }

  private void repeatCalls(Tale tale) throws Exception {
    Answer before = calls.look(tale.kasmId);
    if (before.status() != 200) {
      return;
    }
    List<KillHooks.Mark> marks = hooks.of(tale.kasmId);
    Answer again = calls.start(tale.kasmId, tale.user);
    assertThat(again.status()).as("%s: %s", tale, again).isEqualTo(200);
    assertThat(again.body()).as("%s", tale).isEqualTo(before.body());
    assertThat(calls.start(tale.kasmId, tale.user, "somebody else").status()).isEqualTo(409);
    if (before.state().equals("ended")) {
      assertThat(calls.end(tale.kasmId).body()).as("%s", tale).isEqualTo(before.body());
    }
    assertThat(hooks.of(tale.kasmId)).as("%s", tale).containsAll(marks);
  }

  void endAllButKept() throws Exception {
    tales.each(
        tale -> {
          if (!tale.kept && calls.look(tale.kasmId).state().equals("running")) {
            end(tale);
          }
        });
    settle();
  }

  void endAll() throws Exception {
    tales.all().forEach(tale -> tale.kept = false);
    endAllButKept();
  }

  /** What was judged when it had ended is not judged again and again. */
  void forgetEnded() {
    tales.all().forEach(tally::over);
    tales.forgetEnded();
  }

  /** That they have ended is known until the end. */
  void requireAllRemembered() throws Exception {
    for (String kasmId : tales.ended()) {
      assertThat(calls.end(kasmId).state()).as(kasmId).isEqualTo("ended");
    }
  }

  @Override
  public void close() throws IOException {
    over = true;
    if (calls != null) {
      calls.close();
    }
    try {
      if (service != null) {
        service.close();
      }
    } finally {
      if (hooks != null) {
        hooks.close();
      }
      users.forEach(LocalUser::close);
    }
  }
}
