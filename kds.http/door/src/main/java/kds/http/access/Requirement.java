package kds.http.access;

import java.util.Set;
import kds.api.security.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What a call needs of a token that is already known to be valid.
 *
 * @param scope the word that must be among the token's scopes, null when any valid token will do
 * @param control whether the token must also be meant for this very server. A deployment's key
 *     signs for every server, so a token that got loose on one of them must not start or end
 *     sessions on another (design, section 5). Always true for the scopes that control
 * @param key whether the path itself holds the right, so that no token is looked at
 */
public record Requirement(@Nullable String scope, boolean control, boolean key) {
  /** Any valid token. */
  public static final Requirement ANY = new Requirement(null, false, false);

  /** The key in the path. */
  public static final Requirement KEY = new Requirement(null, false, true);

  private static final Set<String> CONTROL_SCOPES = Set.of(Scope.SESSION, Scope.ADMIN);

  /** Makes sure that no route forgets that its scope is one that controls. */
  public Requirement {
    control = control || (scope != null && CONTROL_SCOPES.contains(scope));
  }

  /** A scope, and whether control is wanted. */
  public Requirement(@Nullable String scope, boolean control) {
    this(scope, control, false);
  }

  /** This scope, and this server as audience where the scope is one that controls. */
  public static Requirement of(String scope) {
    return new Requirement(scope, false);
  }
}
