package kds.core.session;

import java.util.Set;
import kds.api.session.SessionReport.Phase;
import kds.api.session.StepResult;

/**
 * What stands among a session's steps and is none: the engine's own remarks. Nothing is done or
 * undone for one, and no step may have its name.
 */
final class Remarks {
  /** The session's user is not known. */
  static final String USER = "user";

  /** The machine was started anew since. */
  static final String MACHINE = "machine";

  private static final Set<String> NAMES = Set.of(USER, MACHINE);

  private Remarks() {}

  static boolean isOne(String step) {
    return NAMES.contains(step);
  }

  static StepRecord of(String name, String trouble) {
    return StepRecord.begin(new StepFacts(name), Phase.START, null)
        .with(StepResult.failed(trouble), 0);
  }
}
