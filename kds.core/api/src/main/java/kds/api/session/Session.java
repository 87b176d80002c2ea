package kds.api.session;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who a session belongs to.
 *
 * @param kasmId the session's id in Kasm Workspaces, a UUID in its canonical form
 * @param userId the Kasm user's id
 * @param username the name of the operating-system account, null when it could not be resolved
 * @param kasmUser the Kasm user's name, null when it is not told
 * @param credentialType how the person logs on to the desktop
 */
public record Session(
    String kasmId,
    String userId,
    @Nullable String username,
    @Nullable String kasmUser,
    CredentialType credentialType) {

  /** Checks that nothing required is missing. */
  public Session {
    Objects.requireNonNull(kasmId, "kasmId");
    Objects.requireNonNull(userId, "userId");
    Objects.requireNonNull(credentialType, "credentialType");
  }
}
