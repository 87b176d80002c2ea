package kds.http.files;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import kds.api.security.Scope;
import kds.api.transfer.FileTransfer;
import kds.http.route.Route;

/** The calls of the capability {@code transfer}. */
public final class FileRoutes {
  private FileRoutes() {}

  /** All of them. */
  public static List<Route> all(Clock clock) {
    List<Route> routes = new ArrayList<>(plain(clock));
    routes.addAll(TusRoutes.all());
    routes.addAll(HttpUploads.all());
    return routes;
  }

  private static List<Route> plain(Clock clock) {
    return List.of(
        route("PUT", "/Downloads/{path}", Scope.FILES_WRITE, new FileUpload()),
        route("GET", "/Downloads/{path}", Scope.FILES_READ, new FileDownload(clock)),
        route("GET", "/Downloads/{path}/", Scope.FILES_READ, new FolderArchive()),
        route("POST", "/upload", Scope.FILES_WRITE, new FormUpload()),
        route("GET", "/api/downloads", Scope.FILES_READ, new FolderListing()));
  }

  private static Route route(
      String method, String path, String scope, Route.Use<FileTransfer> use) {
    return Route.gated(method, path, scope, FileTransfer.CAPABILITY, FileTransfer.class, use);
  }
}
