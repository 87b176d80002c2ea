package kds.http.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Optional;
import kds.api.session.SessionReport.State;
import kds.http.problem.Problem;
import kds.http.testing.Events;
import kds.http.testing.InHouse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a stream whose caller may be served no longer. */
class EventStreamTest extends InHouse {
  /** The session that the toy door's tokens are for. */
  private static final String OWN = "0b5c8e8e-5f4f-4a57-9a0d-8e1f8d9d0a11";

  private static final String OTHER = "0b5c8e8e-5f4f-4a57-9a0d-8e1f8d9d0a22";
  private static final String TOKEN = "Bearer session";
  private static final Problem EXPIRED = Problem.of(401, "token-expired", "Get a new one.");
  private static final Problem REVOKED = Problem.of(401, "token-revoked", "It has ended.");

  private final ToySessions sessions = new ToySessions();

  @BeforeEach
  void takeSessions() {
    house.sessions = sessions;
  }

  /** Follows a session that has just begun, up to its first event. */
  private Events follow(String kasmId) throws Exception {
    String order =
        "{\"kasm_id\":\"%s\",\"user_id\":\"u1\",\"credential_type\":\"sso\"}".formatted(kasmId);
    assertThat(
            house
                .client
                .call(
                    "POST",
                    "/session_start",
                    BodyPublishers.ofString(order),
                    "Authorization",
                    TOKEN,
                    "Content-Type",
                    "application/json")
                .status())
        .isEqualTo(200);
    sessions.tell("progress", "one");
    Events events = connect(kasmId);
    events.until("\"one\"");
    return events;
  }

  private Events connect(String kasmId) throws IOException {
    Socket socket = new Socket("127.0.0.1", house.door.port());
    return new Events(socket, "/sessions/" + kasmId + "/events", TOKEN);
  }

  /** What the stream still sends after two more things have happened, the end the second. */
  private String restOf(Events events) throws IOException {
    sessions.tell("progress", "two");
    sessions.state = State.ENDED;
    sessions.tell("state", "ended");
    return events.rest();
  }

  @Test
  void control_aCallerWhoMayBeServedHearsAll() throws Exception {
    try (Events events = follow(OTHER)) {
      assertThat(restOf(events)).contains("\"two\"", "\"ended\"").doesNotContain("refused");
    }
  }

  @Test
  void endsBeforeTheNextEventWhenTheTokenHasExpired() throws Exception {
    try (Events events = follow(OTHER)) {
      house.door.lost = Optional.of(EXPIRED);
      assertThat(restOf(events))
          .contains("event: refused\ndata: {\"type\":\"urn:kds:problem:token-expired\"")
          .contains("\"status\":401", "\"detail\":\"Get a new one.\"")
          .doesNotContain("\"two\"", "\"ended\"", "id: ");
      assertThat(sessions.open.await(0)).isZero();
    }
  }

  @Test
  void endsWhileNothingHappens() throws Exception {
    house.door.pulse = Duration.ofMillis(20);
    try (Events events = follow(OTHER)) {
      events.until(": still here");
      house.door.lost = Optional.of(EXPIRED);
      events.until("event: refused");
      events.rest();
      assertThat(sessions.open.await(0)).isZero();
    }
  }

  @Test
  void withANewTokenNothingIsMissed() throws Exception {
    try (Events events = follow(OTHER)) {
      house.door.lost = Optional.of(EXPIRED);
      sessions.tell("progress", "two");
      events.until("event: refused");
      events.rest();
    }
    house.door.lost = Optional.empty();
    sessions.tell("state", "ended");
    assertThat(
            house
                .client
                .call(
                    "GET",
                    "/sessions/" + OTHER + "/events",
                    "Authorization",
                    TOKEN,
                    "Last-Event-ID",
                    "1")
                .text())
        .contains("id: 2", "\"two\"", "id: 3");
  }

  @Test
  void theEndThatTookTheTokenBackIsStillTold() throws Exception {
    try (Events events = follow(OWN)) {
      sessions.state = State.ENDED;
      house.door.lost = Optional.of(REVOKED);
      assertThat(restOf(events)).contains("\"two\"", "\"ended\"").doesNotContain("refused");
    }
  }

  @Test
  void aStreamWhoseLastEventIsMissingEndsToo() throws Exception {
    house.door.pulse = Duration.ofMillis(20);
    try (Events events = follow(OWN)) {
      sessions.state = State.ENDED;
      house.door.lost = Optional.of(REVOKED);
      assertThat(events.rest()).doesNotContain("refused");
    }
  }

  @Test
  void aTokenThatExpiredIsNotExcusedByTheEnd() throws Exception {
    refusesAfterTheEnd(OWN, EXPIRED);
  }

  @Test
  void theEndOfAnotherSessionExcusesNothing() throws Exception {
    refusesAfterTheEnd(OTHER, REVOKED);
  }

  private void refusesAfterTheEnd(String kasmId, Problem why) throws Exception {
    try (Events events = follow(kasmId)) {
      sessions.state = State.ENDED;
      house.door.lost = Optional.of(why);
      assertThat(restOf(events)).contains("refused").doesNotContain("\"two\"", "\"ended\"");
    }
  }

  @Test
  void aTokenTakenBackBeforeTheEndIsNotExcused() throws Exception {
    try (Events events = follow(OWN)) {
      house.door.lost = Optional.of(REVOKED);
      sessions.tell("progress", "two");
      assertThat(events.rest()).contains("token-revoked").doesNotContain("\"two\"");
    }
  }
}
