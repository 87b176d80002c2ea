package kds.http.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import kds.api.script.RunListener;
import kds.http.log.AccessLog;
import kds.http.problem.Problem;
import kds.http.route.Router;
import kds.http.testing.Events;
import kds.http.testing.OneGate;
import kds.http.testing.TestDoor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a stream whose caller may be served no longer. */
class RunStreamTest {
  private static final Problem CHANGED = Problem.of(401, "token-invalid", "Another key signs now.");

  private final ToyScripts scripts = new ToyScripts();
  private final OneGate gate = new OneGate(scripts);
  private TestDoor door;

  @BeforeEach
  void open() throws Exception {
    door = new TestDoor(new Router(ScriptRoutes.all(), gate), new AccessLog(), true);
    scripts.all.add(ToyScripts.running("r1"));
  }

  @AfterEach
  void close() {
    door.close();
  }

  private Events follow() throws Exception {
    Socket socket = new Socket("127.0.0.1", door.port());
    Events events = new Events(socket, "/scripts/runs/r1/output", "Bearer admin");
    assertThat(scripts.open.await(1)).isEqualTo(1);
    return events;
  }

  @Test
  void control_aCallerWhoMayBeServedHearsAll() throws Exception {
    try (Events events = follow()) {
      RunListener listener = scripts.listeners.getFirst();
      listener.line("one");
      events.until("\"one\"");
      listener.line("two");
      listener.ended(ToyScripts.over("r1").brief());
      assertThat(events.rest()).contains("\"two\"", "event: ended").doesNotContain("refused");
    }
  }

  @Test
  void endsBeforeTheNextLineWhenTheKeyHasChanged() throws Exception {
    try (Events events = follow()) {
      RunListener listener = scripts.listeners.getFirst();
      listener.line("one");
      events.until("\"one\"");
      door.lost = Optional.of(CHANGED);
      listener.line("two");
      assertThat(events.rest())
          .contains("event: refused\ndata: {\"type\":\"urn:kds:problem:token-invalid\"")
          .doesNotContain("\"two\"");
      assertThat(scripts.open.await(0)).isZero();
      assertThat(gate.leases.await(0)).isZero();
    }
  }

  @Test
  void endsWhileTheScriptIsSilent() throws Exception {
    door.pulse = Duration.ofMillis(20);
    try (Events events = follow()) {
      events.until(": still here");
      door.lost = Optional.of(CHANGED);
      events.until("event: refused");
      events.rest();
      assertThat(gate.leases.await(0)).isZero();
    }
  }
}
