package kds.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kds.api.security.TokenRefusal;
import kds.http.files.TransferRoutes;
import kds.http.problem.Problem;
import kds.http.route.Router;
import kds.http.testing.Events;
import kds.http.testing.OneGate;
import kds.http.testing.Roads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a caller who was let in may still be served, after all that can change. */
final class StandingTest {
  private static final KeyPair KEY = Jwt.pair("EC secp256r1");
  private static final KeyPair OTHER = Jwt.pair("EC secp256r1");

  /** The server allows clocks to differ by 30 s. */
  private static final Duration LIFE = Duration.ofHours(1).plusSeconds(30);

  private static final TokenRefusal VETO = caller -> Optional.of("Its session has ended.");

  @TempDir Path folder;

  private TestDoor open(Object... config) throws Exception {
    Object[] all = Arrays.copyOf(config, config.length + 2);
    all[config.length] = "ssl";
    all[config.length + 1] = false;
    return TestDoor.open(folder, Jwt.pem(KEY.getPublic()), all);
  }

  private static String token(Object... changes) {
    return Jwt.token("ES256", KEY.getPrivate(), Jwt.claims(changes));
  }

  /** Of a caller who has just been let in. */
  private static Inner.Standing enter(TestDoor door, String token) throws Exception {
    assertThat(door.getAs(token, "/x").statusCode()).isEqualTo(200);
    assertThat(door.toy.standing.lost()).isEmpty();
    return door.toy.standing;
  }

  private static Optional<String> word(Inner.Standing standing) {
    return standing.lost().map(Problem::word);
  }

  @Test
  void isLostWhenTheTokenExpires() throws Exception {
    try (TestDoor door = open()) {
      Inner.Standing standing = enter(door, token());
      door.clock.putForward(LIFE.minusSeconds(5));
      assertThat(standing.lost()).as("within what clocks may differ").isEmpty();
      door.clock.putForward(LIFE.plusSeconds(1));
      assertThat(word(standing)).contains("token-expired");
      assertThat(standing.lost().orElseThrow().status()).isEqualTo(401);
      assertThat(standing.pulse()).isEqualTo(Duration.ofSeconds(10));
    }
  }

  @Test
  void isLostWhenTheTokenIsTakenBack() throws Exception {
    try (TestDoor door = open()) {
      Inner.Standing standing = enter(door, token());
      door.door.refusals = List.of(caller -> Optional.empty(), VETO);
      assertThat(word(standing)).contains(Problem.REVOKED);
      assertThat(standing.lost().orElseThrow().detail()).isEqualTo("Its session has ended.");
    }
  }

  @Test
  void isLostWhenItsKeyIsNoLongerOneOfThose() throws Exception {
    try (TestDoor door = open()) {
      Inner.Standing standing = enter(door, token());
      String both = new String(Jwt.pem(KEY.getPublic())) + new String(Jwt.pem(OTHER.getPublic()));
      String other = Jwt.token("ES256", OTHER.getPrivate(), Jwt.claims());
      door.put("jwt.pem", both);
      TestDoor.await("both keys", () -> status(door, other) == 200);
      assertThat(standing.lost()).as("its key is still there").isEmpty();
      door.put("jwt.pem", new String(Jwt.pem(OTHER.getPublic())));
      TestDoor.await("the other key alone", () -> standing.lost().isPresent());
      assertThat(standing.lost().orElseThrow().members()).isEqualTo(Map.of("reason", "signature"));
    }
  }

  /** A key that went must not get those banned whose streams it ends, and who share an address. */
  @Test
  void countsNothingWhenItIsLost() throws Exception {
    try (TestDoor door = open("brute_force_attempts", 5)) {
      Inner.Standing standing = enter(door, token());
      String other = Jwt.token("ES256", OTHER.getPrivate(), Jwt.claims());
      door.put("jwt.pem", new String(Jwt.pem(OTHER.getPublic())));
      TestDoor.await("the other key", () -> standing.lost().isPresent());
      for (int i = 0; i < 20; i++) {
        assertThat(word(standing)).contains("token-invalid");
      }
      assertThat(door.get("/x").statusCode()).as("429 if it had been counted").isEqualTo(401);
      assertThat(status(door, other)).isEqualTo(200);
    }
  }

  @Test
  void isLostWhenTheConfigurationMakesSomebodyElseOfTheToken() throws Exception {
    try (TestDoor door = open()) {
      Inner.Standing standing = enter(door, token("aud", TestDoor.SERVER_ID, "owner", "u2"));
      door.modify("clock_skew", "1m");
      assertThat(standing.lost()).as("a change that does not matter").isEmpty();
      door.modify("claims_subject", "owner");
      assertThat(word(standing)).contains("token-invalid");
      assertThat(standing.lost().orElseThrow().detail()).contains("configuration was changed");
      door.modify("claims_subject", "sub");
      assertThat(standing.lost()).isEmpty();
      door.modify("server_id", "11111111-2222-4333-8444-555555555555");
      assertThat(standing.lost().orElseThrow().members()).isEqualTo(Map.of("reason", "audience"));
    }
  }

  @Test
  void isLostWithTheRightsThatComeOfTheAddress() throws Exception {
    try (TestDoor door =
        open("kasm_addresses", new String[] {"127.0.0.0/8"}, "brute_force_attempts", 0)) {
      Inner.Standing standing = enter(door, token("scope", null));
      door.modify("kasm_addresses", new String[] {"192.0.2.1"});
      assertThat(word(standing)).contains("token-invalid");
    }
  }

  /** All of it together: a real token, and a stream that goes on as long as the token is good. */
  @Test
  void endsAStreamThatIsUnderWay() throws Exception {
    Router router = new Router(TransferRoutes.all(new Roads()), new OneGate(new Object()));
    try (TestDoor door = open("handler", router);
        Events early = follow(door);
        Events late = follow(door)) {
      door.clock.putForward(LIFE.plusSeconds(1));
      for (Events events : List.of(early, late)) {
        events.until("event: refused");
        assertThat(events.until("data: ")).contains("urn:kds:problem:token-expired");
        events.rest();
      }
      assertThat(door.get("/transfers/events?token=" + token()).statusCode()).isEqualTo(401);
    }
  }

  private static Events follow(TestDoor door) throws Exception {
    Socket socket = door.connect();
    Events events = new Events(socket, "/transfers/events", "Bearer " + token());
    events.until("event: transfers");
    return events;
  }

  private static int status(TestDoor door, String token) {
    try {
      return door.getAs(token, "/x").statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
