package kds.core.session;

import java.time.Instant;
import java.util.Objects;
import kds.api.session.SessionReport;
import kds.api.session.Sessions.Ending;
import kds.api.session.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * One step in a session's journal. What has to be known of it after a crash is written down with
 * it, because its service may not be there then.
 *
 * @param ending what was asked for when it was done at an end; null at a start, and in journals of
 *     versions that did not write it
 */
record StepRecord(
    String name,
    SessionReport.Phase phase,
    int endOrder,
    boolean repeatable,
    @Nullable StepResult result,
    Instant began,
    long tookMillis,
    @Nullable Ending ending) {
  StepRecord {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(began, "began");
  }

  static StepRecord begin(StepFacts facts, SessionReport.Phase phase, @Nullable Ending ending) {
    return new StepRecord(
        facts.name(), phase, facts.endOrder(), facts.repeatable(), null, Instant.now(), 0, ending);
  }

  StepRecord with(StepResult result, long took) {
    StepResult plain = new StepResult(result.status(), Plain.text(result.message()));
    return new StepRecord(name, phase, endOrder, repeatable, plain, began, took, ending);
  }

  /** With what became of what it had left in the background. */
  StepRecord with(StepResult result) {
    return with(result, tookMillis);
  }

  /** The same, gone on with at an end like this. */
  StepRecord under(@Nullable Ending now) {
    return new StepRecord(name, phase, endOrder, repeatable, result, began, tookMillis, now);
  }

  /**
   * Whether it is not to be done again at an end like this: it has a result, and did not leave
   * something undone because less was asked for.
   */
  boolean isSettled(Ending now) {
    return result != null && (result.status() != StepResult.Status.SKIPPED || ending == now);
  }

  SessionReport.StepReport report() {
    long took =
        result == null
            ? Math.max(0, Instant.now().toEpochMilli() - began.toEpochMilli())
            : tookMillis;
    return new SessionReport.StepReport(name, phase, result, began, took);
  }
}
