package kds.http.token;

import java.util.Set;
import kds.api.security.Caller;
import kds.http.guard.Peer;
import kds.http.token.Tokens.Rules;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A token whose signature was found good, and the caller whom it stood for last: a client sends the
 * same token with hundreds of small requests. Thread-safe.
 */
final class Verified {
  private final JsonNode claims;
  private final String name;
  private volatile @Nullable Made made;

  /** Whom it stands for, as long as all that he was made of stays. */
  private record Made(Rules rules, String address, boolean kasm, Caller caller) {}

  /**
   * Makes one.
   *
   * @param name what it is called where it has no {@code jti}
   */
  Verified(JsonNode claims, String name) {
    this.claims = claims;
    this.name = name;
  }

  JsonNode claims() {
    return claims;
  }

  /** Who calls with it from there; its times and audience are looked at elsewhere. */
  Caller caller(Peer peer, Rules rules) throws TokenException {
    String address = peer.address().getHostAddress();
    Made last = made;
    if (last != null
        && last.rules == rules
        && last.kasm == peer.kasm()
        && last.address.equals(address)) {
      return last.caller;
    }
    Set<String> scopes = peer.kasm() ? rules.defaultScopes() : Set.of();
    Caller caller = new Claims(claims, rules.names()).caller(name, address, scopes);
    made = new Made(rules, address, peer.kasm(), caller);
    return caller;
  }
}
