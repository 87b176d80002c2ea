package kds.http.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kds.api.security.Scope;
import kds.api.transfer.Traffic;
import kds.api.transfer.TransferException;
import kds.http.access.Requirement;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Failures;
import kds.http.route.Refusal;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpHeader;
import tools.jackson.databind.json.JsonMapper;

/** The calls that tell how far a session's transfers are. */
public final class TransferRoutes {
  private static final JsonMapper JSON = new JsonMapper();

  /** How often a stream of events looks. */
  private static final Duration PULSE = Duration.ofMillis(500);

  /** How long nothing is said before a comment shows that the stream is alive. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  /** A stream ends after this, so that its token is looked at again; clients reconnect. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private TransferRoutes() {}

  /** All of them. */
  public static List<Route> all(Traffic traffic) {
    return List.of(
        route("/transfers", exchange -> exchange.json(200, look(exchange, traffic))),
        route("/transfers/events", exchange -> follow(exchange, traffic)));
  }

  private static Route route(String path, Route.Plain action) {
    return new Route("GET", path, Requirement.of(Scope.FILES_READ), action);
  }

  private static Map<String, Object> look(Exchange exchange, Traffic traffic) throws Refusal {
    try {
      return Map.of(
          "transfers",
          traffic.running(exchange.caller()).stream().map(TransferRoutes::json).toList());
    } catch (TransferException e) {
      throw new Refusal(Failures.problem(e));
    }
  }

  private static Map<String, Object> json(Traffic.Transfer transfer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", transfer.id());
    json.put("direction", transfer.direction().name().toLowerCase(Locale.ROOT));
    json.put("path", transfer.path());
    json.put("bytes", transfer.bytes());
    if (transfer.size() >= 0) {
      json.put("size", transfer.size());
    }
    json.put("started", transfer.started().toString());
    json.put("rate", transfer.rate());
    return json;
  }

  /** The same as events, each time that it differs from the last one (HTML, "server-sent"). */
  private static void follow(Exchange exchange, Traffic traffic)
      throws ClientGoneException, Refusal {
    Map<String, Object> now = look(exchange, traffic);
    exchange
        .status(200)
        .set(HttpHeader.CONTENT_TYPE, "text/event-stream")
        .set(HttpHeader.CACHE_CONTROL, "no-store")
        .set("X-Accel-Buffering", "no");
    if (exchange.head()) {
      exchange.write(false, ByteBuffer.allocate(0));
      exchange.empty();
      return;
    }
    Map<String, Object> told = Map.of();
    long end = System.nanoTime() + LONGEST.toNanos();
    long spoke = 0;
    while (System.nanoTime() < end) {
      if (!now.equals(told)) {
        say(exchange, "event: transfers\ndata: " + JSON.writeValueAsString(now) + "\n\n");
        told = now;
        spoke = System.nanoTime();
      } else if (System.nanoTime() - spoke > SILENCE.toNanos()) {
        say(exchange, ": nothing new\n\n");
        spoke = System.nanoTime();
      }
      pause();
      now = look(exchange, traffic);
    }
    exchange.empty();
  }

  private static void say(Exchange exchange, String text) throws ClientGoneException {
    exchange.write(false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void pause() throws ClientGoneException {
    try {
      Thread.sleep(PULSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException("The service ends.", e);
    }
  }
}
