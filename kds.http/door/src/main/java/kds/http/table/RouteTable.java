package kds.http.table;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import kds.api.capability.Capabilities;
import kds.api.capability.Gates;
import kds.api.session.Sessions;
import kds.api.transfer.Traffic;
import kds.http.files.FileRoutes;
import kds.http.files.Rehearsal;
import kds.http.files.TransferRoutes;
import kds.http.log.AccessLog;
import kds.http.route.Route;
import kds.http.route.Router;
import kds.http.script.ScriptRoutes;
import kds.http.server.Inner;
import kds.http.service.ServiceRoutes;
import kds.http.session.SessionRoutes;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.RequestLog;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** All routes, brought together for the door. */
@Component(service = Inner.class)
public final class RouteTable implements Inner {
  private final Router router;
  private final AccessLog accessLog = new AccessLog();
  private volatile @Nullable HealthCheckExecutor checks;
  private volatile @Nullable Sessions sessions;

  /** Makes it. */
  @Activate
  public RouteTable(
      @Reference Gates gates, @Reference Capabilities capabilities, @Reference Traffic traffic) {
    router = new Router(routes(capabilities, traffic, () -> checks, () -> sessions), gates);
  }

  static List<Route> routes(
      Capabilities capabilities,
      Traffic traffic,
      Supplier<@Nullable HealthCheckExecutor> checks,
      Supplier<@Nullable Sessions> sessions) {
    List<Route> routes = new ArrayList<>(FileRoutes.all(Clock.systemUTC()));
    routes.addAll(TransferRoutes.all(traffic));
    routes.addAll(ServiceRoutes.all(capabilities, checks));
    routes.addAll(SessionRoutes.all(sessions));
    routes.addAll(ScriptRoutes.all());
    return routes;
  }

  @Override
  public Handler handler() {
    return router;
  }

  @Override
  public Handler rehearsal() {
    return new Router(FileRoutes.all(Clock.systemUTC()), Rehearsal.GATES);
  }

  @Override
  public boolean busy() {
    return router.running() > 0;
  }

  @Override
  public RequestLog accessLog() {
    return accessLog;
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setHealthCheckExecutor(HealthCheckExecutor executor) {
    checks = executor;
  }

  void unsetHealthCheckExecutor(HealthCheckExecutor executor) {
    if (checks == executor) {
      checks = null;
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setSessions(Sessions engine) {
    sessions = engine;
  }

  void unsetSessions(Sessions engine) {
    if (sessions == engine) {
      sessions = null;
    }
  }

  /** The bundle of the Servlet Whiteboard; started already, and stopped by its owner. */
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      target = "(kds.http.handler=addons)")
  void setAddOns(Handler handler) {
    router.addOns(handler);
  }

  void unsetAddOns(Handler handler) {
    router.withoutAddOns(handler);
  }
}
