package kds.api.session;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import kds.api.host.HostUser;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a step may know and tell of the session it works on. Valid during the call only, but for
 * {@link #tell}.
 */
@ProviderType
public interface SessionContext {
  /** The request. After a restart of the service its secrets come from /run, or are missing. */
  SessionRequest request();

  /** The session's system user, empty for Prompt User or while there is no such account yet. */
  Optional<HostUser> user();

  /** What the session's desktop and everything that belongs to it run in; see HostCommand. */
  String group();

  /**
   * How many sessions of this user are alive beside this one; during a start only those that have
   * this step of theirs behind them. So of several that start at once the first to come to a step
   * is told that it is alone.
   */
  int otherSessions();

  /** What shall become of the desktop; {@link Sessions.Ending#CONFIGURED} during the start. */
  Sessions.Ending ending();

  /**
   * Tells a line of progress to those who watch the session. Also after the call, by what it left
   * in the background; once the session has ended nobody hears it. Thread-safe, never waits.
   */
  void tell(String text);

  /**
   * Says when what this call leaves in the background will have ended. Call it before the step
   * answers {@link StepResult.Status#BACKGROUND}; without that answer it means nothing. The result
   * then takes the place of the answer, and one that is {@link StepResult#bad} makes a running
   * session {@link SessionReport.Outcome#DEGRADED}. When the service dies or stops before, or when
   * nothing was said, its next life reports the step as {@link StepResult.Status#UNKNOWN} and does
   * not do it again, {@link SessionStep#repeatable} or not.
   *
   * @param end completed with how it went
   */
  void leaves(CompletionStage<StepResult> end);
}
