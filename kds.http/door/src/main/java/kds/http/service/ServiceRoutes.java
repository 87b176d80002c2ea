package kds.http.service;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import kds.api.capability.Capabilities;
import kds.api.capability.Capability;
import kds.api.security.Scope;
import kds.http.access.Requirement;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Route;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.jspecify.annotations.Nullable;

/** The calls about the service itself. */
public final class ServiceRoutes {
  private ServiceRoutes() {}

  /**
   * All of them.
   *
   * @param checks gives who runs the health checks, null while nobody does
   */
  public static List<Route> all(
      Capabilities capabilities, Supplier<@Nullable HealthCheckExecutor> checks) {
    Contract contract = new Contract();
    return List.of(
        route("/api/__healthcheck", Requirement.ANY, e -> e.json(200, Map.of("ok", true))),
        route("/health", Requirement.of(Scope.HEALTH), new Health(checks)),
        route("/capabilities", new Requirement(Scope.ADMIN, true), e -> list(e, capabilities)),
        route("/openapi.json", Requirement.ANY, contract::json),
        route("/openapi.yaml", Requirement.ANY, contract::yaml));
  }

  private static Route route(String path, Requirement requirement, Route.Plain action) {
    return new Route("GET", path, requirement, action);
  }

  private static void list(Exchange exchange, Capabilities capabilities)
      throws ClientGoneException {
    exchange.json(
        200,
        Map.of("capabilities", capabilities.list().stream().map(ServiceRoutes::json).toList()));
  }

  private static Map<String, Object> json(Capability capability) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", capability.name());
    json.put("on", capability.on());
    json.put("generations", capability.generations().stream().map(ServiceRoutes::json).toList());
    return json;
  }

  private static Map<String, Object> json(Capability.Generation generation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("bundle", generation.bundle());
    json.put("version", generation.version());
    json.put("draining", generation.draining());
    json.put("leases", generation.leases());
    return json;
  }
}
