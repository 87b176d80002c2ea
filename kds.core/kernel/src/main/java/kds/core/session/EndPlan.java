package kds.core.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import kds.api.session.SessionReport.Outcome;

/**
 * Which steps the end of a session takes: all of them, or of a start that failed or was cancelled
 * those that had begun. Those of bundles that have gone stay in the plan, so that it is told.
 */
final class EndPlan {
  private static final Comparator<StepFacts> ORDER =
      Comparator.comparingInt(StepFacts::endOrder).thenComparing(StepFacts::name);

  private EndPlan() {}

  /**
   * Makes the plan.
   *
   * @param offered the steps that there are now
   */
  static List<StepFacts> of(List<StepFacts> offered, SessionRecord record) {
    boolean whole = record.outcome() == Outcome.READY || record.outcome() == Outcome.DEGRADED;
    List<StepFacts> plan = new ArrayList<>();
    for (StepFacts step : offered) {
      if (whole || hasBegun(record, step.name())) {
        plan.add(step);
      }
    }
    for (StepRecord step : record.steps()) {
      if (!Remarks.isOne(step.name())
          && plan.stream().noneMatch(p -> p.name().equals(step.name()))) {
        plan.add(StepFacts.gone(step));
      }
    }
    plan.sort(ORDER);
    return plan;
  }

  private static boolean hasBegun(SessionRecord record, String step) {
    return record.steps().stream().anyMatch(s -> s.name().equals(step));
  }
}
