package kds.core.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.transfer.Traffic.Direction;
import kds.api.transfer.Traffic.Passage;
import kds.api.transfer.Traffic.Terms;
import kds.api.transfer.Traffic.Transfer;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import org.junit.jupiter.api.Test;

class SessionTrafficTest {
  private static final Terms FREE = new Terms(Duration.ZERO, 0);

  private final SessionTraffic traffic = new SessionTraffic();
  private final Caller ann = caller(UUID.randomUUID().toString());
  private final Caller bob = caller(UUID.randomUUID().toString());

  private static Caller caller(String kasmId) {
    Session session = new Session(kasmId, "u", "ann", null, CredentialType.DYNAMIC);
    return new Caller("u", Set.of(), Set.of(), "t", "192.0.2.7", session);
  }

  private Passage up(Caller caller, boolean further, Terms terms) throws TransferException {
    return traffic.begin(caller, Direction.UP, "f", 1000, further, terms);
  }

  @Test
  void listsWhatASessionMovesAndNobodyElses() throws Exception {
    try (Passage up = up(ann, false, FREE);
        Passage down = traffic.begin(ann, Direction.DOWN, "d/", -1, false, FREE)) {
      up.pass(300);
      up.pass(100);
      down.pass(7);
      List<Transfer> running = traffic.running(ann);
      assertThat(running).extracting(Transfer::bytes).containsExactly(400L, 7L);
      assertThat(running).extracting(Transfer::size).containsExactly(1000L, -1L);
      assertThat(running).extracting(Transfer::path).containsExactly("f", "d/");
      assertThat(running).extracting(Transfer::id).doesNotHaveDuplicates();
      assertThat(traffic.running(bob)).isEmpty();
    }
    assertThat(traffic.running(ann)).isEmpty();
  }

  @Test
  void refusesATransferThatComesTooSoonAndSaysWhenToComeAgain() throws Exception {
    Terms hour = new Terms(Duration.ofHours(1), 0);
    up(ann, false, hour).close();
    TransferException refusal =
        catchThrowableOfType(TransferException.class, () -> up(ann, false, hour));
    assertThat(refusal.reason()).isEqualTo(Reason.TOO_SOON);
    assertThat(refusal.retryAfter().orElseThrow())
        .isBetween(Duration.ofMinutes(58), Duration.ofHours(1));
    assertThat(traffic.running(ann)).isEmpty();
    up(ann, true, hour).close();
    up(bob, false, hour).close();
    up(ann, false, FREE).close();
  }

  @Test
  void sharesABandwidthAmongTheTransfersOfASession() throws Exception {
    Terms slow = new Terms(Duration.ZERO, 1_000_000);
    long begin = System.nanoTime();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try (Passage passage = up(ann, false, slow)) {
                  for (int piece = 0; piece < 10; piece++) {
                    passage.pass(25_000);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
    }
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }
    // A million bytes, less what may be caught up on: never faster, whatever the machine is at.
    assertThat(System.nanoTime() - begin).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(700));
    assertThat(failure).hasNullValue();
  }

  @Test
  void holdsNobodyElseUp() throws Exception {
    Terms slow = new Terms(Duration.ZERO, 1);
    try (Passage passage = up(ann, false, slow)) {
      Thread waiting =
          Thread.startVirtualThread(
              () -> {
                try {
                  passage.pass(1_000_000);
                } catch (TransferException e) {
                  // interrupted at the end of this test
                }
              });
      try (Passage other = up(bob, false, slow);
          Passage free = up(ann, false, FREE)) {
        other.pass(0);
        free.pass(1_000_000);
      }
      waiting.interrupt();
      assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void refusesACallerWithoutASession() {
    Caller nobody = new Caller("s", Set.of(), Set.of(), "t", "192.0.2.7", null);
    assertThat(
            catchThrowableOfType(TransferException.class, () -> up(nobody, false, FREE)).reason())
        .isEqualTo(Reason.NO_SESSION);
  }

  @Test
  void remembersOnlySessionsThatStillCount() throws Exception {
    Lane lane = new Lane();
    assertThat(lane.retireIfIdle()).isTrue();
    LanePassage passage =
        new LanePassage(lane, "1", Direction.UP, "f", 1, java.time.Instant.EPOCH, 0);
    assertThat(lane.enter(passage, false, Duration.ZERO)).isFalse();
    Lane used = new Lane();
    assertThat(used.enter(passage, false, Duration.ZERO)).isTrue();
    assertThat(used.retireIfIdle()).isFalse();
    used.leave(passage);
    assertThat(used.retireIfIdle()).isFalse();
    assertThat(traffic.lanes()).isZero();
  }
}
