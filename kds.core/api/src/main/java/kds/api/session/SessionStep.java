package kds.api.session;

import java.time.Duration;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that has to be done when a session starts and undone when it ends: an account, a mount,
 * the operator's scripts.
 *
 * <p>Register it as a service. The engine calls the steps in {@link #order}, ascending at the
 * start; at the end by {@link #endOrder}. Steps of one user never interleave; steps of different
 * users run in parallel. Each call runs on a thread of its own that may block, and is interrupted
 * at the limit. A step that comes or goes while sessions run takes part in what begins after.
 */
@ConsumerType
public interface SessionStep {
  /** A short, stable name: it stands in the journal. */
  String name();

  /** Place at the start; the design's table is in the hundreds, so that others fit between. */
  int order();

  /** Place at the end. */
  int endOrder();

  /** Whether a session without it must not begin. */
  default boolean essential() {
    return false;
  }

  /**
   * Whether it may be done again when the service died in the middle of it. Scripts of an operator
   * are not: they are reported {@link StepResult.Status#UNKNOWN}.
   */
  default boolean repeatable() {
    return true;
  }

  /**
   * The service died in the middle of this step, which is not {@link #repeatable}: ends what is
   * still at work of it, if anything is, before the steps that follow are done. Whatever comes of
   * this, the step is reported unknown.
   */
  default void interrupted(SessionContext context) throws Exception {}

  /** How long one call may take. */
  default Duration limit() {
    return Duration.ofMinutes(5);
  }

  /** Whether the end is done only at the user's last session, as for his mounts and his account. */
  default boolean lastSessionOnly() {
    return false;
  }

  /**
   * Whether it works on the session's system user, so that it is passed over where there is none:
   * in a Prompt User session, and where the control plane could not tell a name (behaviour page:
   * built-ins require a resolved username).
   */
  default boolean needsUser() {
    return false;
  }

  /** Does it. Called again after a crash when {@link #repeatable}: finding it done is a success. */
  StepResult start(SessionContext context) throws Exception;

  /**
   * Undoes it at the session's end; also called for a start that failed later on. One that leaves
   * something undone because of {@link SessionContext#ending} answers {@link
   * StepResult.Status#SKIPPED}: it is called again when an end that goes further is asked for,
   * {@link #repeatable} or not.
   */
  StepResult end(SessionContext context) throws Exception;
}
