package kds.core.session;

import java.time.Duration;
import java.util.Objects;
import kds.api.session.SessionStep;

/** What a step says of itself, read once: foreign code is not asked again and again. */
record StepFacts(
    String name,
    int order,
    int endOrder,
    boolean essential,
    boolean repeatable,
    boolean needsUser,
    boolean lastSessionOnly,
    Duration limit) {
  StepFacts {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(limit, "limit");
  }

  static StepFacts of(SessionStep step) {
    return new StepFacts(
        step.name(),
        step.order(),
        step.endOrder(),
        step.essential(),
        step.repeatable(),
        step.needsUser(),
        step.lastSessionOnly(),
        step.limit());
  }

  /** What is known of a step whose service is gone. */
  static StepFacts gone(StepRecord record) {
    return new StepFacts(
        record.name(),
        0,
        record.endOrder(),
        false,
        record.repeatable(),
        false,
        false,
        Duration.ofMinutes(1));
  }
}
