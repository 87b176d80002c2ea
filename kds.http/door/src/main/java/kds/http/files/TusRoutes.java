package kds.http.files;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import kds.api.security.Scope;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.Route;

/**
 * Uploads in several goes, as the tus protocol 1.0.0 has them. One is begun with a token; what its
 * URL answers is for whoever has the URL.
 */
final class TusRoutes {
  private static final String ALL = "/files/";
  private static final String ONE = "/files/{path}";

  private TusRoutes() {}

  static List<Route> all() {
    return Stream.of(
            open("OPTIONS", TusRoutes::describe),
            open("POST", TusRoutes::begin),
            keyed("HEAD"),
            keyed("PATCH"),
            keyed("DELETE"),
            keyed("POST"))
        .toList();
  }

  private static Route open(String method, Route.Use<ResumableUploads> use) {
    return Route.gated(
        method, ALL, Scope.FILES_WRITE, FileTransfer.CAPABILITY, ResumableUploads.class, use);
  }

  private static Route keyed(String method) {
    return Route.keyed(
        method, ONE, FileTransfer.CAPABILITY, ResumableUploads.class, TusUpload::serve);
  }

  private static void describe(Exchange exchange, ResumableUploads uploads) throws IOException {
    Tus.introduce(exchange);
    exchange.set("Tus-Version", Tus.VERSION);
    exchange.set("Tus-Extension", Tus.EXTENSIONS);
    exchange.set("Tus-Checksum-Algorithm", TusChecksum.ALGORITHMS);
    if (uploads.maxSize() > 0) {
      exchange.set("Tus-Max-Size", Long.toString(uploads.maxSize()));
    }
    exchange.set("Allow", "OPTIONS, POST").status(204).empty();
  }

  private static void begin(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.introduce(exchange);
    String override = Tus.text(exchange, Tus.OVERRIDE);
    switch (override == null ? "POST" : override) {
      case "POST" -> TusCreation.create(exchange, uploads);
      case "OPTIONS" -> describe(exchange, uploads);
      default ->
          throw Refusal.of(
              405,
              "method-not-allowed",
              "X-HTTP-Method-Override can be POST or OPTIONS here; an upload's own URL knows more.");
    }
  }
}
