package kds.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import kds.core.testing.Framework;
import org.junit.jupiter.api.Test;

/** When the condition of a capability goes that is switched off. */
class SwitchesTest {
  private static final String CONDITION = "org.osgi.service.condition.Condition";

  @Test
  void theConditionStaysUntilRunningCallsHaveEnded() throws Exception {
    try (Framework framework = Framework.with(Map.of())) {
      Switches switches = new Switches(new Conditions(framework.context()), Runnable::run);
      CompletableFuture<Void> drained = new CompletableFuture<>();
      switches.listen((name, on) -> drained);
      switches.apply(Set.of("toy"), Map.of());
      assertThat(framework.has(CONDITION, "(osgi.condition.id=kds.toy)")).isTrue();
      switches.apply(Set.of("toy"), Map.of("toy", false));
      assertThat(switches.isOn("toy")).isFalse();
      assertThat(framework.has(CONDITION, "(osgi.condition.id=kds.toy)")).isTrue();
      drained.complete(null);
      assertThat(framework.has(CONDITION, "(osgi.condition.id=kds.toy)")).isFalse();
      switches.apply(Set.of("toy"), Map.of("toy", true));
      assertThat(framework.has(CONDITION, "(osgi.condition.id=kds.toy)")).isTrue();
    }
  }

  @Test
  void theEndOfAnEarlierSwitchingOffDoesNotCutAShorterOne() throws Exception {
    try (Framework framework = Framework.with(Map.of())) {
      Deque<Runnable> later = new ArrayDeque<>();
      Switches switches = new Switches(new Conditions(framework.context()), later::add);
      Deque<CompletableFuture<Void>> drains = new ArrayDeque<>();
      switches.listen(
          (name, on) -> {
            if (on) {
              drains.getLast().completeExceptionally(new CancellationException("on again"));
              return CompletableFuture.completedStage(null);
            }
            drains.add(new CompletableFuture<>());
            return drains.getLast();
          });
      for (boolean on : List.of(true, false, true, false)) {
        switches.apply(Set.of("toy"), Map.of("toy", on));
      }
      assertThat(later).as("the first one is over").hasSize(1);
      later.remove().run();
      assertThat(framework.has(CONDITION, "(osgi.condition.id=kds.toy)")).isTrue();
      drains.getLast().complete(null);
      later.remove().run();
      assertThat(framework.has(CONDITION, "(osgi.condition.id=kds.toy)")).isFalse();
    }
  }
}
