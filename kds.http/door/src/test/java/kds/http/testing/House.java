package kds.http.testing;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import kds.api.capability.Capabilities;
import kds.api.capability.Capability;
import kds.api.security.Caller;
import kds.api.session.Sessions;
import kds.http.files.FileRoutes;
import kds.http.files.TransferRoutes;
import kds.http.log.AccessLog;
import kds.http.route.Route;
import kds.http.route.Router;
import kds.http.service.ServiceRoutes;
import kds.http.session.SessionRoutes;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.jspecify.annotations.Nullable;

/** Door, router, gate and real files, put together for a test. */
public final class House implements AutoCloseable {
  /** The files. */
  public final FolderTransfer files;

  /** What its sessions move. */
  public final Roads traffic = new Roads();

  /** The gate to them. */
  public final OneGate gate;

  /** The router. */
  public final Router router;

  /** The server. */
  public final TestDoor door;

  /** A client of it. */
  public final Client client;

  /** Who runs health checks. */
  public volatile @Nullable HealthCheckExecutor checks;

  /** The sessions, null while there is no engine. */
  public volatile @Nullable Sessions sessions;

  /** Opens one. */
  public House(Path folder) throws Exception {
    this(folder, true);
  }

  /** Opens one whose Jetty runs on virtual threads, or not. */
  public House(Path folder, boolean virtual) throws Exception {
    files = new FolderTransfer(folder);
    gate = new OneGate(files);
    List<Route> routes = new ArrayList<>(FileRoutes.all(Clock.systemUTC()));
    routes.addAll(TransferRoutes.all(traffic));
    routes.addAll(ServiceRoutes.all(new TwoCapabilities(), () -> checks));
    routes.addAll(SessionRoutes.all(() -> sessions));
    router = new Router(routes, gate);
    door = new TestDoor(router, new AccessLog(), virtual);
    client = new Client(door);
  }

  @Override
  public void close() {
    client.close();
    door.close();
  }

  private static final class TwoCapabilities implements Capabilities {
    @Override
    public List<Capability> list() {
      return List.of(
          new Capability(
              "transfer",
              true,
              List.of(
                  new Capability.Generation("kds.storage.transfer", "1.0.1", false, 2),
                  new Capability.Generation("kds.storage.transfer", "1.0.0", true, 1))),
          new Capability("screenshot", false, List.of()));
    }

    @Override
    public void turn(String name, boolean on, Caller by) {
      throw new UnsupportedOperationException();
    }
  }
}
