package kds.http.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kds.api.session.SessionException;
import kds.api.session.SessionReport.State;
import kds.api.session.Sessions.Ending;
import kds.http.testing.InHouse;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionRoutesTest extends InHouse {
  private static final String ID = "0b5c8e8e-5f4f-4a57-9a0d-8e1f8d9d0a22";
  private static final String START =
      "{\"kasm_id\":\""
          + ID
          + "\",\"user_id\":\"u1\",\"username\":\"ann\","
          + "\"kasm_user\":\"Ann\",\"credential_type\":\"static\",\"jwt_token\":\"a.b.c\","
          + "\"storage_mappings\":[{\"name\":\"s3\"}],\"file_mappings\":[]}";

  private final ToySessions sessions = new ToySessions();

  @BeforeEach
  void takeSessions() {
    house.sessions = sessions;
  }

  private Answer post(String path, String body, String... headers) throws IOException {
    String[] all = new String[headers.length + 4];
    all[0] = "Authorization";
    all[1] = "Bearer session";
    all[2] = "Content-Type";
    all[3] = "application/json";
    System.arraycopy(headers, 0, all, 4, headers.length);
    return house.client.call("POST", path, BodyPublishers.ofString(body), all);
  }

  private Answer ask(String path, String... headers) throws IOException {
    String[] all = new String[headers.length + 2];
    all[0] = "Authorization";
    all[1] = "Bearer session";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return house.client.call("GET", path, all);
  }

  @Test
  void startsShowsAndEndsASession() throws Exception {
    Answer started = post("/session_start", START);
    assertThat(started.status()).isEqualTo(200);
    assertThat(started.text())
        .contains("\"outcome\":\"ready\"", "\"state\":\"running\"", "\"status\":\"done\"");
    assertThat(sessions.request.token()).isEqualTo("a.b.c");
    assertThat(sessions.request.storageMappings()).containsExactly("{\"name\":\"s3\"}");
    assertThat(ask("/sessions").text()).contains(ID);
    assertThat(ask("/sessions/" + ID).text()).contains("\"username\":\"ann\"");
    String end = "{\"kasm_id\":\"" + ID + "\",\"action\":\"delete\"}";
    assertThat(post("/session_end", end).text()).contains("\"state\":\"ended\"");
    assertThat(sessions.ending).isEqualTo(Ending.DELETE);
  }

  @Test
  void answersTheEndOfAnUnknownSessionWithSuccess() throws Exception {
    Answer answer = post("/session_end", "{\"kasm_id\":\"" + ID + "\"}");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{\"kasm_id\":\"" + ID + "\",\"state\":\"unknown\"}");
  }

  @Test
  void needsTheScopeAndTheAudienceForEachCall() throws Exception {
    for (String token : List.of("Bearer files:read+admin", "Bearer session+noaud")) {
      assertThat(post("/session_start", START, "Authorization", token).status()).isEqualTo(403);
      assertThat(post("/session_end", START, "Authorization", token).status()).isEqualTo(403);
      for (String path : List.of("/sessions", "/sessions/" + ID, "/sessions/" + ID + "/events")) {
        assertThat(ask(path, "Authorization", token).status()).as(path).isEqualTo(403);
      }
    }
    assertThat(sessions.request).isNull();
  }

  @Test
  void saysWhatIsWrongWithAnOrder() throws Exception {
    String[][] cases = {
      {"", "must be a JSON object"},
      {"{\"kasm_id\":", "not JSON"},
      {"[1]", "must be a JSON object"},
      {START.replace(ID, "../../etc/passwd"), "'kasm_id' must be a UUID"},
      {START.replace("\"" + ID + "\"", "7"), "'kasm_id' must be a string"},
      {START.replace("\"user_id\":\"u1\",", ""), "'user_id' is missing"},
      {START.replace("\"static\"", "\"magic\""), "'credential_type' must be one of"},
      {START.replace("\"static\"", "\"dynamic\"").replace("\"ann\"", "\"\""), "'username'"},
      {START.replace("\"ann\"", "\"-rf\""), "'username' is not the name"},
      {START.replace("\"ann\"", "\"a\\nb\""), "'username' must be a string"},
      {START.replace("\"ann\"", "\"\\ud83d\""), "'username' must be a string"},
      {START.replace("\"u1\"", "\"\\udc00x\""), "'user_id' must be a string"},
      {START.replace("[{\"name\":\"s3\"}]", "{}"), "'storage_mappings' must be an array"},
      {START.replace("[{\"name\":\"s3\"}]", "[7]"), "'storage_mappings' must hold objects"},
      {START.replace("user_id", "user_ID"), "'user_id' is missing"},
      {START.replace("\"file_mappings\"", "\"fiel_mappings\""), "'fiel_mappings' is not a member"},
    };
    for (String[] wrong : cases) {
      Answer answer = post("/session_start", wrong[0]);
      assertThat(answer.status()).as(wrong[0]).isEqualTo(400);
      assertThat(answer.text()).contains("urn:kds:problem:bad-order", wrong[1]);
    }
    String end = "{\"kasm_id\":\"" + ID + "\",\"action\":\"destroy\"}";
    assertThat(post("/session_end", end).text()).contains("'action' must be one of");
    assertThat(post("/session_start", START, "Content-Type", "text/plain").status()).isEqualTo(415);
    String long1 = START.replace("a.b.c", "x".repeat(17 << 20));
    assertThat(post("/session_start", long1).status()).isEqualTo(413);
    assertThat(sessions.request).isNull();
  }

  @Test
  void takesAUuidWithoutDashesAndANameThatCouldNotBeTold() throws Exception {
    String body =
        START
            .replace(ID, ID.replace("-", "").toUpperCase(java.util.Locale.ROOT))
            .replace("\"ann\"", "\"username not found\"");
    assertThat(post("/session_start", body).status()).isEqualTo(200);
    assertThat(sessions.request.session().kasmId()).isEqualTo(ID);
    assertThat(sessions.request.session().username()).isNull();
  }

  @Test
  void saysWhenToComeAgain() throws Exception {
    sessions.refusal =
        new SessionException(
            SessionException.Reason.ENDING, "It is being ended.", Duration.ofSeconds(7));
    Answer answer = post("/session_start", START);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.headers()).containsEntry("Retry-After", "7");
    sessions.refusal =
        new SessionException(SessionException.Reason.CROWDED, "Too many.", Duration.ofSeconds(1));
    assertThat(post("/session_start", START).status()).isEqualTo(503);
    sessions.refusal = new SessionException(SessionException.Reason.REFUSED, "No.", Duration.ZERO);
    assertThat(post("/session_start", START).text()).contains("session-refused");
    house.sessions = null;
    assertThat(post("/session_start", START).text()).contains("sessions-absent");
    assertThat(ask("/sessions").status()).isEqualTo(503);
  }

  @Test
  void saysThatThereIsNoSuchSession() throws Exception {
    assertThat(ask("/sessions/" + ID).status()).isEqualTo(404);
    assertThat(ask("/sessions/" + ID + "/events").status()).isEqualTo(404);
    assertThat(ask("/sessions/nonsense").status()).isEqualTo(400);
    assertThat(ask("/sessions/" + ID + "/other").status()).isEqualTo(404);
  }

  @Test
  void streamsEventsUntilTheSessionHasEnded() throws Exception {
    post("/session_start", START);
    sessions.tell("progress", "one");
    sessions.tell("progress", "two\nlines");
    sessions.tell("state", "ended");
    Answer answer = ask("/sessions/" + ID + "/events");
    assertThat(answer.headers()).containsEntry("Content-Type", "text/event-stream");
    assertThat(answer.text())
        .contains("id: 1\nevent: progress\ndata: {", "two\\nlines", "id: 3\nevent: state");
    assertThat(sessions.open.await(0)).isZero();
    Answer rest = ask("/sessions/" + ID + "/events", "Last-Event-ID", "2");
    assertThat(rest.text()).doesNotContain("id: 2").contains("id: 3");
    assertThat(ask("/sessions/" + ID + "/events", "Last-Event-ID", "x").status()).isEqualTo(400);
  }

  @Test
  void endsTheStreamOfASessionThatEndedLongAgo() throws Exception {
    post("/session_start", START);
    sessions.state = State.ENDED;
    assertThat(ask("/sessions/" + ID + "/events").text()).startsWith(": events of session");
    assertThat(sessions.open.await(0)).isZero();
  }

  private Socket follow() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("127.0.0.1", house.door.port()));
    String path = "/sessions/" + ID + "/events";
    String head = Raw.head("GET", path, "Authorization: Bearer session");
    socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  @Test
  void letsGoAClientThatDoesNotReadItsEvents() throws Exception {
    post("/session_start", START);
    for (int i = 0; i < 4000; i++) {
      sessions.tell("progress", "x".repeat(4000)); // 16 MB, more than fit in between
    }
    house.door.idleTimeout(Duration.ofSeconds(1));
    try (Socket stuck = follow()) {
      assertThat(sessions.open.await(1)).isEqualTo(1);
      assertThat(sessions.open.await(0)).as("streams that stay").isZero();
      assertThat(stuck.isConnected()).isTrue();
    }
  }

  @Test
  void onlySoManyFollowSessionsAtOnce() throws Exception {
    post("/session_start", START);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int at = 0; at < 256; at++) {
        sockets.add(follow());
      }
      assertThat(sessions.open.await(256)).isEqualTo(256);
      Answer late = ask("/sessions/" + ID + "/events");
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.headers()).containsEntry("Retry-After", "10");
    } finally {
      sessions.state = State.ENDED;
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(sessions.open.await(0)).isZero();
  }
}
