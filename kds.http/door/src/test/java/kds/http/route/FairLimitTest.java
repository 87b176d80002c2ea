package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import kds.api.security.Caller;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import org.junit.jupiter.api.Test;

class FairLimitTest {
  private final FairLimit limit = new FairLimit("things", 5, 3, Duration.ZERO);

  @Test
  void oneSessionLeavesSomeToTheOthers() throws Exception {
    limit.take(caller("a"), 3);
    assertRefused("a", 1);
    limit.take(caller("b"), 2);
    assertRefused("c", 1);
  }

  @Test
  void whatIsGivenBackCanBeTakenAgainOnce() throws Exception {
    FairLimit.Share share = limit.take(caller("a"), 3);
    share.close();
    share.close();
    limit.take(caller("a"), 3);
    assertRefused("a", 1);
    limit.take(caller("b"), 2);
    assertRefused("b", 1);
  }

  @Test
  void tokensWithoutASessionAreCountedByTheirSubject() throws Exception {
    Caller service = new Caller("ops", Set.of(), Set.of(), "t", "127.0.0.1", null);
    limit.take(service, 3);
    assertThatThrownBy(() -> limit.take(service, 1)).isInstanceOf(Refusal.class);
    limit.take(caller("ops"), 2);
  }

  @Test
  void whoHasPatienceGetsWhatAnotherGivesBack() throws Exception {
    FairLimit patient = new FairLimit("things", 1, 1, Duration.ofSeconds(20));
    FairLimit.Share share = patient.take(caller("a"), 1);
    CompletableFuture<FairLimit.Share> second = new CompletableFuture<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    second.complete(patient.take(caller("b"), 1));
                  } catch (Refusal e) {
                    second.completeExceptionally(e);
                  }
                });
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    share.close();
    assertThat(second).succeedsWithin(Duration.ofSeconds(10));
  }

  private void assertRefused(String who, int amount) {
    assertThatThrownBy(() -> limit.take(caller(who), amount))
        .isInstanceOfSatisfying(
            Refusal.class,
            e -> {
              assertThat(e.problem().status()).isEqualTo(503);
              assertThat(e.problem().headers()).containsKey("Retry-After");
              assertThat(e.problem().detail()).contains("things");
            });
  }

  private static Caller caller(String kasmId) {
    Session session = new Session(kasmId, "u", "ann", null, CredentialType.SSO);
    return new Caller("u", Set.of(), Set.of(), "t", "127.0.0.1", session);
  }
}
