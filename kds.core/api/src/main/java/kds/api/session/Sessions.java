package kds.api.session;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import kds.api.security.Caller;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The sessions of this server: the engine that starts and ends them step by step. Implemented by
 * the kernel. Thread-safe; no method blocks.
 */
@ProviderType
public interface Sessions {
  /**
   * Starts a session. Idempotent by its id: a second call gets the first one's result.
   *
   * @return completed when the steps that are waited for have ended. With {@link SessionException}
   *     when it cannot begin: the user's last session is still ending, or there are too many
   */
  CompletionStage<SessionReport> start(SessionRequest request, Caller by);

  /**
   * Ends a session. Never hangs: each step is bounded, and what takes longer goes on in the
   * background and is reported. The end of an unknown or ended session is a success.
   *
   * <p>An end that goes further than the one before, whether that is under way or over, has what
   * that left undone done as well: the desktop of a session that was disconnected is ended when it
   * is deleted. {@link Ending#DISCONNECT} goes least far, then {@link Ending#LOGOFF}, {@link
   * Ending#CONFIGURED} and {@link Ending#DELETE}.
   *
   * @return the session as it is after the wait, {@link SessionReport.State#ENDING} when its end
   *     goes on in the background; empty for an unknown session
   */
  CompletionStage<Optional<SessionReport>> end(String kasmId, Ending ending, Caller by);

  /** Every session that is not gone, and those that ended lately. */
  List<SessionReport> list();

  /** One session. */
  Optional<SessionReport> find(String kasmId);

  /**
   * Tells events as they come.
   *
   * @param kasmId of one session, empty for all
   * @param after the sequence number of the last event already known, 0 for all that are kept
   * @return close it to end the subscription
   */
  AutoCloseable subscribe(Optional<String> kasmId, long after, Consumer<SessionEvent> listener);

  /** What shall become of the desktop at the end. */
  enum Ending {
    /** Leave the desktop running; the user may come back. */
    DISCONNECT,
    /** End the desktop and keep the account. */
    LOGOFF,
    /** End the desktop and remove an account that KDS made. */
    DELETE,
    /** What the configuration says. */
    CONFIGURED
  }
}
