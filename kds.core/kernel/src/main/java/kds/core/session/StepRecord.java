package kds.core.session;

import java.time.Instant;
import java.util.Objects;
import kds.api.session.SessionReport;
import kds.api.session.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * One step in a session's journal. What has to be known of it after a crash is written down with
 * it, because its service may not be there then.
 */
record StepRecord(
    String name,
    SessionReport.Phase phase,
    int endOrder,
    boolean repeatable,
    @Nullable StepResult result,
    Instant began,
    long tookMillis) {
  StepRecord {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(phase, "phase");
    Objects.requireNonNull(began, "began");
  }

  static StepRecord begin(StepFacts facts, SessionReport.Phase phase) {
    return new StepRecord(
        facts.name(), phase, facts.endOrder(), facts.repeatable(), null, Instant.now(), 0);
  }

  StepRecord with(StepResult result, long took) {
    StepResult plain = new StepResult(result.status(), Plain.text(result.message()));
    return new StepRecord(name, phase, endOrder, repeatable, plain, began, took);
  }

  SessionReport.StepReport report() {
    long took =
        result == null
            ? Math.max(0, Instant.now().toEpochMilli() - began.toEpochMilli())
            : tookMillis;
    return new SessionReport.StepReport(name, phase, result, began, took);
  }
}
