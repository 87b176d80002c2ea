package kds.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private final Readiness readiness = new Readiness();

  @Test
  void waitsForNothingOfABundleThatIsGone() {
    CompletableFuture<Void> gone = readiness.of(7, Set.of(Offer.any("toy")));
    CompletableFuture<Void> there = readiness.of(8, Set.of(Offer.any("toy")));
    assertThat(readiness.waiting()).isEqualTo(2);
    readiness.forget(7);
    assertThat(readiness.waiting()).isEqualTo(1);
    assertThat(gone).isNotDone();
    assertThat(there).isNotDone();
  }
}
