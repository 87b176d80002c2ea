package kds.http.session;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import kds.api.security.Scope;
import kds.api.session.SessionException;
import kds.api.session.SessionReport;
import kds.api.session.SessionRequest;
import kds.api.session.Sessions;
import kds.http.access.Requirement;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.Route;
import org.jspecify.annotations.Nullable;

/** The calls about sessions. All of them control the server: see {@link Requirement}. */
public final class SessionRoutes {
  /** Each stream holds a connection for as long as its session lives. */
  private static final int STREAMS = 256;

  private final Semaphore streams = new Semaphore(STREAMS);
  private final Supplier<@Nullable Sessions> sessions;

  private SessionRoutes(Supplier<@Nullable Sessions> sessions) {
    this.sessions = sessions;
  }

  /**
   * All of them.
   *
   * @param sessions gives the engine, null while it is not there
   */
  public static List<Route> all(Supplier<@Nullable Sessions> sessions) {
    SessionRoutes routes = new SessionRoutes(sessions);
    return List.of(
        route("POST", "/session_start", routes::start),
        route("POST", "/session_end", routes::end),
        route("GET", "/sessions", routes::list),
        route("GET", "/sessions/{kasm_id}", routes::one),
        route("GET", "/sessions/{kasm_id}/events", routes::events));
  }

  private static Route route(String method, String path, Route.Plain action) {
    return new Route(method, path, new Requirement(Scope.SESSION, true), action);
  }

  private Sessions sessions() throws Refusal {
    Sessions now = sessions.get();
    if (now == null) {
      throw new Refusal(
          Problem.of(
                  503,
                  "sessions-absent",
                  "The service has just been started and does not serve sessions yet. If that lasts,"
                      + " its log tells why.")
              .header("Retry-After", "2"));
    }
    return now;
  }

  private void start(Exchange exchange) throws Refusal, ClientGoneException {
    SessionRequest order = Orders.start(exchange);
    exchange.takesLong();
    SessionReport report = join(sessions().start(order, exchange.caller()));
    exchange.json(200, SessionJson.of(report));
  }

  private void end(Exchange exchange) throws Refusal, ClientGoneException {
    Orders.End order = Orders.end(exchange);
    exchange.takesLong();
    Optional<SessionReport> report =
        join(sessions().end(order.kasmId(), order.ending(), exchange.caller()));
    exchange.json(
        200, report.map(SessionJson::of).orElseGet(() -> SessionJson.unknown(order.kasmId())));
  }

  private void list(Exchange exchange) throws Refusal, ClientGoneException {
    exchange.json(
        200, Map.of("sessions", sessions().list().stream().map(SessionJson::of).toList()));
  }

  private void one(Exchange exchange) throws Refusal, ClientGoneException {
    exchange.json(200, SessionJson.of(known(exchange, sessions())));
  }

  private void events(Exchange exchange) throws Refusal, ClientGoneException {
    Sessions now = sessions();
    String kasmId = known(exchange, now).session().kasmId();
    if (!streams.tryAcquire()) {
      throw new Refusal(
          Problem.of(
                  503, "busy", "Too many follow the events of sessions already. Try again later.")
              .header("Retry-After", "10"));
    }
    try {
      new EventStream(exchange, now, kasmId).serve();
    } finally {
      streams.release();
    }
  }

  private static SessionReport known(Exchange exchange, Sessions sessions) throws Refusal {
    String kasmId = Orders.kasmId(exchange.path());
    return sessions
        .find(kasmId)
        .orElseThrow(
            () ->
                Refusal.of(
                    404,
                    "not-found",
                    "There is no session "
                        + kasmId
                        + ", nor did one end lately. GET /sessions lists all."));
  }

  private static <T> T join(CompletionStage<T> stage) throws Refusal {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof SessionException refused) {
        throw refusal(refused);
      }
      throw e;
    }
  }

  private static Refusal refusal(SessionException why) {
    Problem problem =
        switch (why.reason()) {
          case ENDING -> Problem.of(409, "user-ending", why.getMessage());
          case CROWDED -> Problem.of(503, "busy", why.getMessage());
          case REFUSED -> Problem.of(409, "session-refused", why.getMessage());
        };
    long seconds = Math.max(1, why.retryAfter().plusMillis(999).toSeconds());
    return new Refusal(
        why.reason() == SessionException.Reason.REFUSED
            ? problem
            : problem.header("Retry-After", Long.toString(seconds)));
  }
}
