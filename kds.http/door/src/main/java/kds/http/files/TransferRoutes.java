package kds.http.files;

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
import kds.http.route.FairLimit;
import kds.http.route.Refusal;
import kds.http.route.Route;

/** The calls that tell how far a session's transfers are. */
public final class TransferRoutes {
  /** Each looks twice a second, and keeps what it told last. */
  private static final int STREAMS = 128;

  private static final int STREAMS_OF_ONE_SESSION = 4;

  private TransferRoutes() {}

  /** All of them. */
  public static List<Route> all(Traffic traffic) {
    FairLimit streams =
        new FairLimit("streams of transfers", STREAMS, STREAMS_OF_ONE_SESSION, Duration.ZERO);
    return List.of(
        route("/transfers", exchange -> exchange.json(200, look(exchange, traffic))),
        route("/transfers/events", exchange -> follow(exchange, traffic, streams)));
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

  private static void follow(Exchange exchange, Traffic traffic, FairLimit streams)
      throws ClientGoneException, Refusal {
    try (FairLimit.Share _ = streams.take(exchange.caller(), 1)) {
      new TransferStream(exchange, () -> look(exchange, traffic)).serve();
    }
  }
}
