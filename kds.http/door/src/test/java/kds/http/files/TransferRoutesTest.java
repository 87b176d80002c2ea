package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kds.api.transfer.Traffic.Direction;
import kds.api.transfer.Traffic.Transfer;
import kds.http.problem.Problem;
import kds.http.testing.InHouse;
import kds.http.testing.Raw;
import kds.http.testing.Raw.Answer;
import kds.http.testing.TestDoor;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class TransferRoutesTest extends InHouse {
  private static final Transfer UP =
      new Transfer(
          "7", Direction.UP, "a/b.bin", 300, 1000, Instant.parse("2026-11-20T08:00:00Z"), 50);
  private static final Transfer DOWN =
      new Transfer("8", Direction.DOWN, "photos/", 1, -1, Instant.parse("2026-11-20T08:00:01Z"), 0);

  @Test
  void listsWhatIsUnderWay() throws Exception {
    assertThat(house.client.call("GET", "/transfers").text()).isEqualTo("{\"transfers\":[]}");
    house.traffic.running.add(UP);
    house.traffic.running.add(DOWN);
    Answer answer = house.client.call("GET", "/transfers");
    assertThat(new JsonMapper().readTree(answer.text()))
        .isEqualTo(
            new JsonMapper()
                .readTree(
                    """
                    {"transfers": [
                      {"id": "7", "direction": "up", "path": "a/b.bin", "bytes": 300, "size": 1000,
                       "started": "2026-11-20T08:00:00Z", "rate": 50},
                      {"id": "8", "direction": "down", "path": "photos/", "bytes": 1,
                       "started": "2026-11-20T08:00:01Z", "rate": 0}]}
                    """));
  }

  @Test
  void needsTheRightToReadFiles() throws Exception {
    for (String path : new String[] {"/transfers", "/transfers/events"}) {
      Answer answer = house.client.call("GET", path, "Authorization", "Bearer files:write");
      assertThat(answer.status()).isEqualTo(403);
    }
  }

  @Test
  void sendsAnEventAtOnceAndForEachChange() throws Exception {
    house.traffic.running.add(UP);
    try (Socket socket = stream()) {
      BufferedReader lines = lines(socket);
      assertThat(until(lines, "content-type")).containsIgnoringCase("text/event-stream");
      assertThat(until(lines, "event:")).isEqualTo("event: transfers");
      assertThat(until(lines, "data:")).contains("\"bytes\":300").doesNotContain("photos/");
      house.traffic.running.add(DOWN);
      assertThat(until(lines, "data:")).contains("photos/");
      house.traffic.running.clear();
      assertThat(until(lines, "data:")).isEqualTo("data: {\"transfers\":[]}");
    }
  }

  @Test
  void aStreamEndsWhenTheDoorCloses() throws Exception {
    try (Socket socket = stream()) {
      BufferedReader lines = lines(socket);
      until(lines, "data:");
      house.door.shutDown();
      assertThat(until(lines, "event:")).as("what comes after the end").isNull();
    }
  }

  @Test
  void aStreamEndsWhenItsCallerMayBeServedNoLonger() throws Exception {
    try (Socket socket = stream()) {
      BufferedReader lines = lines(socket);
      until(lines, "data:");
      house.door.lost = Optional.of(Problem.of(401, "token-expired", "Get a new one."));
      house.traffic.running.add(UP);
      assertThat(until(lines, "event:")).as("what comes next").isEqualTo("event: refused");
      assertThat(until(lines, "data:")).contains("token-expired", "Get a new one.");
      assertThat(until(lines, "event:")).as("what comes after that").isNull();
    }
  }

  @Test
  void oneSessionCannotHoldAllStreams() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        open.add(stream());
        until(lines(open.getLast()), "data:");
      }
      Answer refused = house.client.call("GET", "/transfers/events");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers()).containsKey("Retry-After");
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  private Socket stream() throws Exception {
    Socket socket = new Socket("127.0.0.1", house.door.port());
    socket.setSoTimeout(20_000);
    String head = Raw.head("GET", "/transfers/events", "Authorization: " + TestDoor.FILES);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader lines(Socket socket) throws Exception {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String until(BufferedReader lines, String beginning) throws Exception {
    String line = lines.readLine();
    while (line != null && !line.toLowerCase(java.util.Locale.ROOT).startsWith(beginning)) {
      line = lines.readLine();
    }
    return line;
  }
}
