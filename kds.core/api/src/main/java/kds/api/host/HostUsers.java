package kds.api.host;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Looks accounts up by the machine's name service (NSS), so that those of a directory are found
 * like local ones. Implemented by the kernel. Thread-safe.
 *
 * <p>A look-up may go over a network. It is bounded in time and blocks the caller until then.
 */
@ProviderType
public interface HostUsers {
  /**
   * Looks a name up.
   *
   * @param name any name the name service takes: {@code alice}, {@code alice@corp}, {@code
   *     CORP\alice}
   * @return the account, empty when the name service knows none
   * @throws HostException with {@link HostException.Reason#TIMEOUT} when the name service did not
   *     answer in time, {@link HostException.Reason#IO} when it failed
   */
  Optional<HostUser> byName(String name) throws HostException;

  /**
   * Looks a uid up.
   *
   * @see #byName
   */
  Optional<HostUser> byUid(long uid) throws HostException;

  /** The account the service itself runs as. */
  HostUser self();
}
