package kds.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostUser;
import kds.api.session.CredentialType;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.Outcome;
import kds.api.session.SessionReport.State;
import kds.api.session.SessionRequest;
import kds.api.session.StepResult;
import kds.api.session.StepResult.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions whose directory does not answer, or has changed its mind. */
@Timeout(60)
class DirectoryOutageTest {
  @TempDir Path folder;
  private Rig rig;
  private final List<Long> atEnd = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open() throws Exception {
    rig = new Rig(folder).recover();
    rig.with(
        new ToyStep("desk", 100)
            .onEnd(
                c -> {
                  atEnd.add(c.user().map(HostUser::uid).orElse(-1L));
                  return StepResult.done("");
                }));
  }

  private void startAndEnd(Runnable meanwhile) throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    meanwhile.run();
    assertThat(rig.end(request.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDED);
  }

  @Test
  void endsTheDesktopOfAUserWhomTheDirectoryDoesNotTellNow() throws Exception {
    startAndEnd(() -> rig.users.down = true);
    assertThat(atEnd).containsExactly(1001L);
  }

  @Test
  void knowsHimEvenAfterARestart() throws Exception {
    SessionRequest request = Rig.request("ann");
    rig.start(request);
    rig.users.down = true;
    rig.restart().recover();
    rig.end(request.session().kasmId());
    assertThat(atEnd).containsExactly(1001L);
  }

  @Test
  void endsTheDesktopOfAUserWhoWasRemoved() throws Exception {
    startAndEnd(() -> rig.users.remove("ann"));
    assertThat(atEnd).containsExactly(1001L);
  }

  @Test
  void leavesAloneWhoHasHisNameOrHisUidNow() throws Exception {
    startAndEnd(() -> rig.users.add("ann", "ann", 1999));
    startAndEnd(() -> rig.users.remove("ann").add("eve", "eve", 1999));
    assertThat(atEnd).containsExactly(-1L, -1L);
  }

  @Test
  void doesNotMissAnAccountThatIsYetToBeMade() throws Exception {
    rig.users.down = true;
    SessionRequest request =
        Rig.request(UUID.randomUUID().toString(), "new", CredentialType.DYNAMIC);
    assertThat(rig.start(request).outcome()).isEqualTo(Outcome.READY);
  }

  @Test
  void countsTheSessionThatBeganUnderAnotherNameWhileItWasDown() throws Exception {
    rig.users.add("CORP\\ann", "ann", 1001);
    rig.with(new ToyStep("mount", 200).last());
    rig.users.down = true;
    SessionRequest early = Rig.request("CORP\\ann");
    assertThat(rig.start(early).outcome()).isEqualTo(Outcome.DEGRADED);
    rig.users.down = false;
    SessionRequest late = Rig.request("ann");
    rig.start(late);
    awaitResolved(early);
    assertThat(mountAtEnd(late)).isEqualTo(Status.SKIPPED);
    assertThat(mountAtEnd(early)).isEqualTo(Status.DONE);
  }

  /** That is done while nobody waits for it. */
  private void awaitResolved(SessionRequest request) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (rig.engine.register().get(request.session().kasmId()).record().account() == null) {
      assertThat(System.nanoTime()).isLessThan(until);
      Thread.sleep(1);
    }
  }

  private Status mountAtEnd(SessionRequest request) throws Exception {
    SessionReport report = rig.end(request.session().kasmId()).orElseThrow();
    return report.steps().stream()
        .filter(step -> step.name().equals("mount"))
        .reduce((_, last) -> last)
        .orElseThrow()
        .result()
        .status();
  }

  @Test
  void endsASessionAtOnceThatWaitsForTheDirectory() throws Exception {
    rig.users.asked = new CountDownLatch(1);
    rig.users.answers = new CountDownLatch(1);
    SessionRequest request = Rig.request("ann");
    var start = rig.engine.start(request).toCompletableFuture();
    assertThat(rig.users.asked.await(20, TimeUnit.SECONDS)).isTrue();
    long before = System.nanoTime();
    assertThat(rig.end(request.session().kasmId()).orElseThrow().state()).isEqualTo(State.ENDED);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)).isLessThan(2000);
    start.get(20, TimeUnit.SECONDS);
    assertThat(rig.acts()).isEmpty();
    rig.users.answers.countDown();
    assertThat(rig.start(Rig.request("ann")).outcome()).isEqualTo(Outcome.READY);
  }
}
