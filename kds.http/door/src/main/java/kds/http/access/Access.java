package kds.http.access;

import java.util.Optional;
import kds.api.security.Caller;
import kds.http.problem.Problem;

/** The rule of who may do what. A pure function: all it knows is in the token. */
public final class Access {
  private Access() {}

  /**
   * Checks a caller against what a call needs.
   *
   * <p>That a token which names audiences names this server among them was checked when it was
   * verified: here it only counts whether it names any.
   *
   * @return why the call is refused (403), empty when it may go on
   */
  public static Optional<Problem> check(Caller caller, Requirement requirement) {
    if (requirement.key()) {
      return Optional.of(
          Problem.of(
              404,
              "not-found",
              "There is no such upload. Begin one with a POST to the path above it."));
    }
    String scope = requirement.scope();
    if (scope != null && !caller.may(scope)) {
      return Optional.of(
          Problem.of(
                  403,
                  "scope-missing",
                  "The token does not carry the scope '"
                      + scope
                      + "'. Ask its issuer for one that does.")
              .header(
                  "WWW-Authenticate", "Bearer error=\"insufficient_scope\", scope=\"" + scope + '"')
              .member("scope", scope));
    }
    if (requirement.control() && caller.audiences().isEmpty()) {
      return Optional.of(
          Problem.of(
              403,
              "audience-missing",
              "This call controls the server, so its token must name the server in its 'aud' claim."
                  + " Ask the issuer for a token with this server's id as audience, and see that"
                  + " 'server_id' is set in config.yaml."));
    }
    return Optional.empty();
  }
}
