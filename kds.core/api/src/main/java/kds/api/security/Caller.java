package kds.api.security;

import java.util.Objects;
import java.util.Set;
import kds.api.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * Someone whose token was verified: the door makes it, everybody else only reads it.
 *
 * <p>Immutable. The session comes from the token's claims alone; no request parameter ever widens
 * it.
 *
 * @param subject the token's {@code sub}: the Kasm user's id, or the name of a service
 * @param scopes the words of the token's {@code scope}; see {@link Scope}
 * @param audiences the token's {@code aud}; empty when it names none
 * @param tokenId the token's {@code jti}, or a digest of the token when it has none; fit for a log
 * @param address the peer's address, or the one a configured proxy forwarded
 * @param session the session the token speaks for, null for a token that speaks for none
 */
public record Caller(
    String subject,
    Set<String> scopes,
    Set<String> audiences,
    String tokenId,
    String address,
    @Nullable Session session) {

  /** Takes copies of the sets. */
  public Caller {
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(tokenId, "tokenId");
    Objects.requireNonNull(address, "address");
    scopes = Set.copyOf(scopes);
    audiences = Set.copyOf(audiences);
  }

  /** Whether the token carries this scope, one of {@link Scope} or an add-on's own. */
  public boolean may(String scope) {
    return scopes.contains(scope);
  }
}
