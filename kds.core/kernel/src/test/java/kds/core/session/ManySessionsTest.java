package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kds.api.session.CredentialType;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions.Ending;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions that ended are remembered without limit of number, in little memory. */
class ManySessionsTest {
  private static final Logger LOG = LoggerFactory.getLogger(ManySessionsTest.class);
  private static final int MOST_ENDED = 10;
  private static final Duration KEEP = Duration.ofDays(1);

  @TempDir Path folder;

  private Rig rig() throws Exception {
    return rig(folder);
  }

  private static Rig rig(Path folder) throws Exception {
    Rig rig = new Rig(folder);
    Limits now = Rig.LIMITS;
    rig.limits =
        new Limits(
            now.endWait(),
            now.startWait(),
            KEEP,
            now.mostStarting(),
            MOST_ENDED,
            now.gap(),
            now.grace());
    return rig.with(new ToyStep("account", 100)).with(new ToyStep("hooks", 200)).restart();
  }

  private static SessionRequest request() {
    String kasmId = UUID.randomUUID().toString();
    SessionRequest plain = Rig.request(kasmId, "ann", CredentialType.PROMPT_USER);
    return new SessionRequest(
        plain.session(),
        "header." + kasmId + ".signature",
        List.of(),
        List.of(),
        plain.attributes());
  }

  private static String mark(SessionRequest request) {
    return TokenMarks.of(request.token()).iterator().next();
  }

  /** Starts and ends so many, some at a time. */
  private static List<SessionRequest> live(Rig rig, int number) throws Exception {
    List<SessionRequest> requests = new ArrayList<>();
    while (requests.size() < number) {
      List<CompletableFuture<?>> batch = new ArrayList<>();
      for (int i = 0; i < 50 && requests.size() < number; i++) {
        SessionRequest request = request();
        requests.add(request);
        batch.add(
            rig.engine
                .start(request)
                .thenCompose(r -> rig.engine.end(request.session().kasmId(), Ending.CONFIGURED))
                .toCompletableFuture());
      }
      for (CompletableFuture<?> one : batch) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    return requests;
  }

  @Test
  void remembersThoseThatEndedLongAgoByTheirJournals() throws Exception {
    Rig rig = rig().recover();
    List<SessionRequest> requests = live(rig, 60);
    for (int life = 0; life < 2; life++) {
      Register register = rig.engine.register();
      assertThat(register.list()).hasSize(MOST_ENDED);
      assertThat(register.countBygone()).isEqualTo(60 - MOST_ENDED);
      for (SessionRequest request : requests) {
        String kasmId = request.session().kasmId();
        SessionReport report = rig.end(kasmId).orElseThrow();
        assertThat(report.state()).isEqualTo(State.ENDED);
        assertThat(report.steps()).hasSize(4);
        assertThat(register.hasEnded(kasmId)).isTrue();
        assertThat(register.knowsToken(mark(request))).isTrue();
        assertThat(rig.start(request).state()).as("begins only once").isEqualTo(State.ENDED);
      }
      assertThat(rig.log).as("nothing was done again").hasSize(60 * 4);
      rig.restart().recover();
    }
    SessionRequest first = requests.getFirst();
    SessionRequest foreign =
        new SessionRequest(
            new kds.api.session.Session(
                first.session().kasmId(), "someone else", "bob", "bob", CredentialType.STATIC),
            null,
            List.of(),
            List.of(),
            java.util.Map.of());
    assertThat(rig.engine.start(foreign).toCompletableFuture())
        .isCompletedExceptionally()
        .failsWithin(Duration.ofSeconds(1))
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withCauseInstanceOf(SessionException.class);
  }

  @Test
  void forgetsAllOfThemInTheEnd() throws Exception {
    Rig rig = rig().recover();
    List<SessionRequest> requests = live(rig, 30);
    rig.restart().recover();
    Register register = rig.engine.register();
    register.tidy(KEEP, Instant.now());
    assertThat(register.countBygone()).as("control").isEqualTo(30 - MOST_ENDED);
    register.tidy(KEEP, Instant.now().plus(Duration.ofDays(2)));
    assertThat(register.list()).isEmpty();
    assertThat(register.countBygone()).isZero();
    assertThat(requests).noneMatch(request -> register.knowsToken(mark(request)));
    assertThat(folder.resolve("state/sessions").toFile().list()).isEmpty();
    assertThat(rig.start(requests.getFirst()).state()).isEqualTo(State.RUNNING);
  }

  @Test
  void forgetsNoneBecauseTheClockWasSetForward() throws Exception {
    Rig rig = rig().recover();
    List<SessionRequest> requests = live(rig, 30);
    Register register = rig.engine.register();
    register.tidy(KEEP, Instant.now().plus(Duration.ofDays(700)));
    assertThat(requests).allMatch(request -> register.hasEnded(request.session().kasmId()));
    assertThat(requests).allMatch(request -> register.knowsToken(mark(request)));
  }

  @Test
  void writesAJournalAgainThatCouldNotBeWritten() throws Exception {
    Rig rig = rig().recover();
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    Path state = folder.resolve("state/sessions");
    Path away = folder.resolve("away");
    Files.move(state, away);
    rig.end(request.session().kasmId());
    assertThat(rig.engine.register().troubles()).hasSize(1);
    Files.move(away, state);
    rig.engine.register().tidy(KEEP, Instant.now());
    assertThat(rig.engine.register().troubles()).isEmpty();
    rig.restart().recover();
    assertThat(rig.engine.register().find(request.session().kasmId()).orElseThrow().state())
        .isEqualTo(State.ENDED);
  }

  /** Thousands of journals wait for the device longer than for all else; here it is in memory. */
  static final class InMemory implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test)
        throws IOException {
      return Files.createTempDirectory(Path.of("/dev/shm"), "kds-test-");
    }
  }

  @Test
  void needsLittleMemoryForThem(@TempDir(factory = InMemory.class) Path memory) throws Exception {
    int number = Integer.getInteger("kds.sessions", 2000);
    Rig rig = rig(memory).recover();
    live(rig, 200);
    rig.log.clear();
    long before = heap();
    long since = System.nanoTime();
    live(rig, number).clear();
    long took = (System.nanoTime() - since) / 1_000_000;
    rig.log.clear();
    long each = (heap() - before) / number;
    since = System.nanoTime();
    rig.restart().recover();
    long again = (System.nanoTime() - since) / 1_000_000;
    LOG.info(
        "{} sessions in {} ms, {} bytes of heap each; read again in {} ms",
        number,
        took,
        each,
        again);
    assertThat(each).isLessThan(number < 10_000 ? 1500 : 400);
    assertThat(rig.engine.register().list()).hasSize(MOST_ENDED);
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
