package kds.api.host;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Ends the desktops of users. Implemented by the kernel. Thread-safe.
 *
 * <p>A user's desktop is every process of his in his log-in sessions (systemd's {@code
 * user-UID.slice}, whatever he logged in by), his X servers, what bears their display in its
 * environment, and what descends from all these. No process of anybody else is signalled, nor one
 * that runs as root. Where systemd runs, his log-in sessions are closed besides.
 */
@ProviderType
public interface HostDesktops {
  /**
   * Ends a user's desktop: the session manager is asked first, then all other programs, then the X
   * servers; what is left is killed. What a killed desktop leaves (dead FUSE mounts of the user, X
   * sockets) is removed. It returns when no process is left; a user without a desktop is a success.
   *
   * <p>A caller that is interrupted has the rest killed at once.
   *
   * @param grace how long each of these three may take before the next begins
   * @throws HostException {@link HostException.Reason#SYSTEM_ACCOUNT} for one of the system's own
   *     accounts, {@link HostException.Reason#UNPRIVILEGED} when the service is not root, {@link
   *     HostException.Reason#TIMEOUT} when something cannot be killed, as a process stuck in the
   *     kernel, {@link HostException.Reason#IO} when the processes cannot be told
   */
  HostDesktopEnd end(HostUser user, Duration grace) throws HostException;
}
