package kds.http.files;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Listing;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.RequestPath;
import kds.http.route.Route;

/**
 * {@code GET /api/downloads?path=}: what is in a folder, in KasmVNC's shape, with fields of ours
 * beside it.
 */
final class FolderListing implements Route.Use<FileTransfer> {
  @Override
  public void serve(Exchange exchange, FileTransfer transfer)
      throws IOException, Refusal, TransferException {
    Listing listing = transfer.list(exchange.caller(), folder(exchange));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("files", listing.files().stream().map(FolderListing::json).toList());
    json.put("place", Places.json(listing.place()));
    json.put("left_out", listing.leftOut());
    json.put("complete", listing.complete());
    exchange.json(200, json);
  }

  /** KasmVNC's clients begin the path with a slash; a slash at its end is as natural. */
  private static String folder(Exchange exchange) throws Refusal {
    String path = exchange.query().value("path").orElse("");
    return RequestPath.ofText(path.startsWith("/") ? path.substring(1) : path).from(0);
  }

  private static Map<String, Object> json(Listing.Item item) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("filename", item.name());
    json.put("date_modified", item.modified().getEpochSecond());
    json.put("date_created", item.created().getEpochSecond());
    json.put("is_dir", item.folder());
    json.put("size", item.folder() ? 0 : item.size());
    json.put("owner", item.owner());
    json.put("group", item.group());
    json.put("perms", String.format("%03o", item.mode() & 0777));
    return json;
  }
}
