package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.StepResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Steps and requests that are not as they should be: no session is stuck, none is lost. */
@Timeout(60)
class BadStepsTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
  }

  @Test
  void keepsAJournalThatCanBeReadWhateverAStepSays() throws Exception {
    rig.with(new ToyStep("long", 100).onStart(c -> StepResult.done("x".repeat(8 << 20))))
        .with(new ToyStep("half", 200).onStart(c -> StepResult.done("\ud800 \u0000")))
        .with(
            new ToyStep("angry", 300)
                .onStart(
                    c -> {
                      c.tell("y".repeat(8 << 20));
                      throw new IllegalStateException("\udfff".repeat(1 << 20));
                    }));
    SessionRequest request = Rig.request("ann");
    assertThat(rig.start(request).outcome()).isEqualTo(Outcome.DEGRADED);
    rig.restart().recover();
    SessionReport after = rig.engine.register().find(request.session().kasmId()).orElseThrow();
    assertThat(after.state()).isEqualTo(State.RUNNING);
    assertThat(after.steps()).hasSize(3);
    assertThat(rig.engine.register().troubles()).isEmpty();
    assertThat(after.steps().getFirst().result().message()).startsWith("xxx").hasSize(4000);
  }

  @Test
  void takesAnyLimitThatAStepAsksFor() throws Exception {
    rig.with(new ToyStep("endless", 100).within(Duration.ofSeconds(Long.MAX_VALUE)))
        .with(new ToyStep("negative", 200).within(Duration.ofSeconds(-5)));
    SessionReport report = rig.start(Rig.request("ann"));
    assertThat(report.steps().getFirst().result().status()).isEqualTo(StepResult.Status.DONE);
    assertThat(report.state()).isEqualTo(State.RUNNING);
  }

  @Test
  void undoesAStartThatBreaksAndKeepsNothingOfIt() throws Exception {
    rig.broken = true;
    SessionReport report = rig.start(Rig.request("ann"));
    assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(report.state()).isEqualTo(State.ENDED);
    rig.broken = false;
    assertThat(rig.start(Rig.request("ann")).outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void endsASessionWhoseEndBreaks() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.broken = true;
    rig.over =
        report -> {
          throw new IllegalStateException("Nobody can be told.");
        };
    long before = System.nanoTime();
    assertThat(rig.end(request.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDED);
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before)).isLessThan(10);
    rig.broken = false;
    assertThat(rig.start(Rig.request("ann")).outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void writesDownNamesThatAreNoText() throws Exception {
    String kasmId = UUID.randomUUID().toString();
    Session session = new Session(kasmId, "\udc00", "ann", "\ud83d", CredentialType.STATIC);
    SessionRequest request =
        new SessionRequest(session, null, List.of(), List.of(), java.util.Map.of());
    var start = rig.engine.start(request).toCompletableFuture().handle((r, e) -> e == null);
    boolean begun = start.get(20, TimeUnit.SECONDS);
    rig.restart().recover();
    // Begun and known after a restart, or refused and gone; never stuck in between.
    assertThat(rig.engine.register().find(kasmId).isPresent()).isEqualTo(begun);
    assertThat(rig.engine.register().troubles()).isEmpty();
  }

  @Test
  void hearsNoMoreOfAStepThatWasGivenUp() throws Exception {
    java.util.concurrent.CountDownLatch told = new java.util.concurrent.CountDownLatch(1);
    rig.with(
        new ToyStep("deaf", 100)
            .within(Duration.ofMillis(50))
            .onStart(
                c -> {
                  long until = System.nanoTime() + 1_000_000_000L;
                  while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                  }
                  c.tell("too late");
                  told.countDown();
                  return null;
                }));
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.end(request.session().kasmId());
    assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    java.util.List<String> texts = new java.util.concurrent.CopyOnWriteArrayList<>();
    java.util.concurrent.CountDownLatch over = new java.util.concurrent.CountDownLatch(1);
    try (AutoCloseable _ =
        rig.engine.subscribe(
            java.util.Optional.of(request.session().kasmId()),
            0,
            event -> {
              texts.add(event.text());
              if (event.text().equals("ended")) {
                over.countDown();
              }
            })) {
      assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(texts).contains("ended").doesNotContain("too late");
  }

  @Test
  void tellsWhoComesBackWithANumberThatIsYetToCome() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    java.util.concurrent.CountDownLatch heard = new java.util.concurrent.CountDownLatch(1);
    long ahead = (System.currentTimeMillis() + Duration.ofDays(1).toMillis()) * 1000;
    try (AutoCloseable _ =
        rig.engine.subscribe(
            java.util.Optional.of(request.session().kasmId()), ahead, e -> heard.countDown())) {
      assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }
}
