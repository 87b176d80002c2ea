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

  /** Longer than any step takes that is still of use; a limit beyond it is no limit. */
  private static final Duration LONGEST = Duration.ofDays(1);

  /** Of what only bears a name. */
  StepFacts(String name) {
    this(name, 0, 0, false, true, false, false, LONGEST);
  }

  /**
   * Asks a step.
   *
   * @throws IllegalArgumentException when its name cannot be one
   */
  static StepFacts of(SessionStep step) {
    String name = step.name();
    if (name.isBlank() || !name.equals(Plain.text(name)) || Remarks.isOne(name)) {
      throw new IllegalArgumentException(
          "No step can be called '" + Plain.text(name) + "': give it another name");
    }
    return new StepFacts(
        name,
        step.order(),
        step.endOrder(),
        step.essential(),
        step.repeatable(),
        step.needsUser(),
        step.lastSessionOnly(),
        bounded(step.limit()));
  }

  private static Duration bounded(Duration limit) {
    if (limit.compareTo(LONGEST) > 0) {
      return LONGEST;
    }
    return limit.isPositive() ? limit : Duration.ofMillis(1);
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
