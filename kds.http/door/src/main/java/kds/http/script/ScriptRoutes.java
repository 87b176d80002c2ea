package kds.http.script;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.api.security.Scope;
import kds.api.session.Session;
import kds.http.access.Requirement;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.Route;

/** The calls that tell of scripts. What a script says may be anything, so they are for admins. */
public final class ScriptRoutes {
  private static final int USUAL = 50;
  private static final int MOST = 1000;

  /** Each stream may hold a few hundred KiB of lines that its client has not read yet. */
  private static final int STREAMS = 64;

  private final Semaphore streams = new Semaphore(STREAMS);

  private ScriptRoutes() {}

  /** All of them. */
  public static List<Route> all() {
    ScriptRoutes routes = new ScriptRoutes();
    return List.of(
        route("/scripts/runs", ScriptRoutes::list),
        route("/scripts/runs/{id}", ScriptRoutes::one),
        route("/scripts/runs/{id}/output", routes::output));
  }

  private static Route route(String path, Route.Use<Scripts> use) {
    return new Route(
        "GET",
        path,
        new Requirement(Scope.ADMIN, true),
        new Route.Gated<>(Scripts.CAPABILITY, Scripts.class, use));
  }

  private static void list(Exchange exchange, Scripts scripts) throws Refusal, ClientGoneException {
    Optional<String> kasmId = exchange.query().value("kasm_id");
    if (kasmId.isPresent()) {
      kasmId = Session.id(kasmId.get());
      if (kasmId.isEmpty()) {
        throw Refusal.of(400, "bad-parameter", "The parameter 'kasm_id' must be a UUID.");
      }
    }
    List<ScriptRun> runs = scripts.runs(kasmId, limit(exchange));
    exchange.json(200, Map.of("runs", runs.stream().map(ScriptJson::brief).toList()));
  }

  private static int limit(Exchange exchange) throws Refusal {
    String text = exchange.query().value("limit").orElse("" + USUAL);
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > MOST) {
      throw Refusal.of(
          400, "bad-parameter", "The parameter 'limit' must be a number from 1 to " + MOST + ".");
    }
    return Integer.parseInt(text);
  }

  private static void one(Exchange exchange, Scripts scripts) throws Refusal, ClientGoneException {
    exchange.json(200, ScriptJson.whole(known(exchange, scripts)));
  }

  private static ScriptRun known(Exchange exchange, Scripts scripts) throws Refusal {
    return scripts
        .run(exchange.path())
        .orElseThrow(
            () ->
                Refusal.of(
                    404,
                    "not-found",
                    "There is no such run, or it is no longer kept. GET /scripts/runs lists"
                        + " those that are."));
  }

  private void output(Exchange exchange, Scripts scripts) throws Refusal, ClientGoneException {
    String id = known(exchange, scripts).id();
    if (!streams.tryAcquire()) {
      throw new Refusal(
          Problem.of(503, "busy", "Too many follow the output of scripts already. Try again later.")
              .header("Retry-After", "10"));
    }
    try {
      new RunStream(exchange).serve(scripts, id);
    } finally {
      streams.release();
    }
  }
}
