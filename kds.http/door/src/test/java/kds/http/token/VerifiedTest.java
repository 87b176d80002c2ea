package kds.http.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import kds.api.security.Caller;
import kds.http.guard.Peer;
import kds.http.server.Jwt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was made of a token once is used again only for the same caller under the same rules. */
final class VerifiedTest {
  private static final KeyPair RSA = Jwt.pair("RSA 2048");
  private static final ClaimNames NAMES =
      new ClaimNames("sub", "kasm_id", "username", "kasm_user", "credential_type", "scope");
  private static final Tokens.Rules RULES = rules(NAMES, Set.of("files:read"));

  private final Tokens tokens = new Tokens(List::of, Clock.systemUTC());
  private final String token =
      Jwt.token("RS256", RSA.getPrivate(), Jwt.claims("scope", null, "login", "user-2"));

  @BeforeEach
  void use() throws Exception {
    tokens.use(Jwt.pem(RSA.getPublic()), "jwt.pem");
  }

  @Test
  void isTheSameForOneWhoSendsItAgain() throws Exception {
    assertThat(caller("192.0.2.1", true, RULES)).isSameAs(caller("192.0.2.1", true, RULES));
  }

  @Test
  void givesTheRightsOfAnAddressToThatAddressAlone() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(caller("192.0.2.1", true, RULES).scopes()).containsExactly("files:read");
      assertThat(caller("192.0.2.1", false, RULES).scopes()).isEmpty();
      assertThat(caller("192.0.2.2", false, RULES).address()).isEqualTo("192.0.2.2");
      assertThat(caller("192.0.2.2", false, RULES).scopes()).isEmpty();
    }
  }

  @Test
  void followsTheRules() throws Exception {
    assertThat(caller("192.0.2.1", true, RULES).subject()).isEqualTo("user-1");
    Tokens.Rules none = rules(NAMES, Set.of());
    assertThat(caller("192.0.2.1", true, none).scopes()).isEmpty();
    ClaimNames other =
        new ClaimNames("login", "kasm_id", "username", "kasm_user", "credential_type", "scope");
    assertThat(caller("192.0.2.1", true, rules(other, Set.of())).subject()).isEqualTo("user-2");
    assertThat(caller("192.0.2.1", true, RULES).scopes()).containsExactly("files:read");
  }

  private Caller caller(String address, boolean kasm, Tokens.Rules rules) throws Exception {
    return tokens.caller(token, new Peer(InetAddress.getByName(address), kasm, false), rules);
  }

  private static Tokens.Rules rules(ClaimNames names, Set<String> scopes) {
    return new Tokens.Rules("this-server", Duration.ofSeconds(30), names, scopes);
  }
}
