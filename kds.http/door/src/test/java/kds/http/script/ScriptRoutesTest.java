package kds.http.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kds.api.script.RunListener;
import kds.http.log.AccessLog;
import kds.http.route.Router;
import kds.http.testing.Client;
import kds.http.testing.OneGate;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScriptRoutesTest {
  private final ToyScripts scripts = new ToyScripts();
  private final OneGate gate = new OneGate(scripts);
  private TestDoor door;
  private Client client;

  @BeforeEach
  void open() throws Exception {
    door = new TestDoor(new Router(ScriptRoutes.all(), gate), new AccessLog(), true);
    client = new Client(door);
  }

  @AfterEach
  void close() {
    client.close();
    door.close();
  }

  private Answer get(String path) throws IOException {
    return client.call("GET", path, "Authorization", "Bearer admin");
  }

  private Socket follow(String id) throws IOException {
    Socket socket = new Socket("127.0.0.1", door.port());
    socket.setSoTimeout(20_000);
    String head = Raw.head("GET", "/scripts/runs/" + id + "/output", "Authorization: Bearer admin");
    socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  @Test
  void listsRunsWithoutTheirOutput() throws Exception {
    scripts.all.addAll(List.of(ToyScripts.running("r1"), ToyScripts.over("r2")));
    assertThat(get("/scripts/runs").text())
        .isEqualTo(
            "{\"runs\":[{\"id\":\"r1\",\"script\":\"service_startup/10-x.sh\","
                + "\"folder\":\"service_startup\",\"user\":\"root\",\"outcome\":\"running\","
                + "\"message\":\"\",\"began\":\"2026-01-02T03:04:05Z\",\"bytes\":5},"
                + "{\"id\":\"r2\",\"script\":\"session_start/20-y.sh\",\"folder\":\"session_start\","
                + "\"kasm_id\":\""
                + ToyScripts.SESSION
                + "\",\"user\":\"alice\",\"outcome\":\"timed_out\",\"message\":\"It took longer.\","
                + "\"began\":\"2026-01-02T03:04:05Z\",\"ended\":\"2026-01-02T03:04:06.500Z\","
                + "\"milliseconds\":1500,\"exit_code\":143,\"signal\":15,\"bytes\":200000}]}");
    assertThat(scripts.asked).isEmpty();
    String ofOne = "/scripts/runs?limit=1&kasm_id=" + ToyScripts.SESSION.toUpperCase();
    assertThat(get(ofOne).text()).contains("r1").doesNotContain("r2");
    assertThat(scripts.asked).contains(ToyScripts.SESSION);
    assertThat(gate.leases.await(0)).isZero();
  }

  @Test
  void saysWhatIsWrongWithAQuestion() throws Exception {
    for (String bad : List.of("limit=0", "limit=1001", "limit=x", "limit=-1", "kasm_id=../x")) {
      Answer answer = get("/scripts/runs?" + bad);
      assertThat(answer.status()).as(bad).isEqualTo(400);
      assertThat(answer.text()).contains("bad-parameter", bad.replaceFirst("=.*", ""));
    }
  }

  @Test
  void showsOneWithItsOutput() throws Exception {
    scripts.all.add(ToyScripts.over("r2"));
    assertThat(get("/scripts/runs/r2").text())
        .contains("\"bytes\":200000,\"head\":\"first\",\"tail\":\"last\"");
    assertThat(get("/scripts/runs/other").status()).isEqualTo(404);
    assertThat(get("/scripts/runs/other/output").status()).isEqualTo(404);
  }

  @Test
  void needsTheAdministratorsScopeAndThisServerAsAudience() throws Exception {
    scripts.all.add(ToyScripts.over("r2"));
    for (String path : List.of("", "/r2", "/r2/output")) {
      for (String token : List.of("Bearer session+files:read", "Bearer admin+noaud")) {
        Answer answer = client.call("GET", "/scripts/runs" + path, "Authorization", token);
        assertThat(answer.status()).as(path).isEqualTo(403);
      }
    }
    assertThat(scripts.listeners).isEmpty();
  }

  @Test
  void streamsLinesAsTheyComeAndHowItEnded() throws Exception {
    scripts.all.add(ToyScripts.running("r1"));
    try (Socket socket = follow("r1");
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(scripts.open.await(1)).isEqualTo(1);
      RunListener listener = scripts.listeners.getFirst();
      listener.line("one \"quoted\" ä");
      List<String> lines = new ArrayList<>();
      until(in, lines, "data: {\"text\":\"one \\\"quoted\\\" ä\"}");
      assertThat(lines).contains("Content-Type: text/event-stream", "event: line");
      listener.line("two");
      until(in, lines, "data: {\"text\":\"two\"}");
      listener.ended(ToyScripts.over("r1").brief());
      until(in, lines, "event: ended");
      assertThat(in.readLine()).startsWith("data: {\"id\":\"r1\"").doesNotContain("\"head\"");
      while (in.readLine() != null) {
        assertThat(socket.isConnected()).isTrue();
      }
    }
    assertThat(scripts.open.await(0)).isZero();
    assertThat(gate.leases.await(0)).isZero();
  }

  private static void until(BufferedReader in, List<String> lines, String wanted)
      throws IOException {
    String line;
    do {
      line = in.readLine();
      assertThat(line).as("before '%s': %s", wanted, lines).isNotNull();
      lines.add(line);
    } while (!line.contains(wanted));
  }

  @Test
  void aClientThatDoesNotReadHoldsUpItsOwnListenerOnly() throws Exception {
    scripts.all.add(ToyScripts.running("r1"));
    Socket stuck = follow("r1");
    Thread telling = null;
    try {
      assertThat(scripts.open.await(1)).isEqualTo(1);
      RunListener listener = scripts.listeners.getFirst();
      String line = "x".repeat(8000);
      telling =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int at = 0; at < 20_000; at++) {
                      listener.line(line);
                    }
                  });
      assertThat(get("/scripts/runs").status()).isEqualTo(200);
      assertThat(telling.join(Duration.ofMillis(500))).as("160 MB fit in between").isFalse();
      stuck.close(); // He leaves: nothing of him stays.
      assertThat(scripts.open.await(0)).isZero();
    } finally {
      stuck.close();
      if (telling != null) {
        telling.interrupt();
        telling.join();
      }
    }
    assertThat(gate.leases.await(0)).isZero();
  }

  @Test
  void onlySoManyFollowAtOnce() throws Exception {
    scripts.all.add(ToyScripts.running("r1"));
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int at = 0; at < 64; at++) {
        sockets.add(follow("r1"));
      }
      assertThat(scripts.open.await(64)).isEqualTo(64);
      Answer late = get("/scripts/runs/r1/output");
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.headers()).containsEntry("Retry-After", "10");
    } finally {
      scripts.listeners.forEach(listener -> listener.ended(ToyScripts.over("r1")));
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(scripts.open.await(0)).isZero();
  }
}
