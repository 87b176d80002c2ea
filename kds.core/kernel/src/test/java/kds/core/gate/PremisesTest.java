package kds.core.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.core.testing.Framework;
import org.junit.jupiter.api.Test;

class PremisesTest {
  private final Premises premises = new Premises();

  private boolean isCutAtOnce(Framework framework) {
    AtomicBoolean cut = new AtomicBoolean();
    assertThat(premises.enter()).isTrue();
    Generation generation = new Generation(framework.context().getBundle(), true);
    assertThat(generation.enter()).isTrue();
    CountedLease<String> lease = premises.lease("service", generation);
    lease.whenCut(() -> cut.set(true));
    lease.close();
    return cut.get();
  }

  /** The time of those inside is over in the moment in which the switch is turned on again. */
  @Test
  void cutsNobodyWhenItWasOpenedInTheMeantime() {
    try (Framework framework = Framework.with(Map.of())) {
      premises.shut();
      premises.open();
      assertThat(premises.close()).isEmpty();
      assertThat(isCutAtOnce(framework)).isFalse();
    }
  }

  /** The control. */
  @Test
  void cutsWhoIsInsideWhenItIsClosed() {
    try (Framework framework = Framework.with(Map.of())) {
      assertThat(premises.enter()).isTrue();
      Generation generation = new Generation(framework.context().getBundle(), true);
      assertThat(generation.enter()).isTrue();
      CountedLease<String> lease = premises.lease("service", generation);
      premises.shut();
      assertThat(premises.close()).hasSize(1);
      lease.close();
      assertThat(premises.enter()).isFalse();
    }
  }
}
