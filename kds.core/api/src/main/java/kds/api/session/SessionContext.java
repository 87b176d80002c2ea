package kds.api.session;

import java.util.Optional;
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
}
