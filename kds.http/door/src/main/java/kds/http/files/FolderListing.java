package kds.http.files;

import java.io.IOException;
import java.time.Duration;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Listing;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.FairLimit;
import kds.http.route.Refusal;
import kds.http.route.RequestPath;
import kds.http.route.Route;
import tools.jackson.core.JsonGenerator;

/**
 * {@code GET /api/downloads?path=}: what is in a folder, in KasmVNC's shape, with fields of ours
 * beside it. A long one is written while it is sent.
 */
final class FolderListing implements Route.Use<FileTransfer> {
  /** More entries make a listing a long one. */
  static final int SHORT = 1000;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Most take milliseconds, so it is worth while to wait for another one's end. */
  private final FairLimit calls = new FairLimit("listings", 256, 4, PATIENCE);

  /** What long ones hold while they are sent: some 300 bytes for each entry. */
  private final FairLimit entries = new FairLimit("long listings", 200_000, 100_000, Duration.ZERO);

  @Override
  public void serve(Exchange exchange, FileTransfer transfer)
      throws IOException, Refusal, TransferException {
    try (FairLimit.Share _ = calls.take(exchange.caller(), 1)) {
      Listing listing = transfer.list(exchange.caller(), folder(exchange));
      int size = listing.files().size();
      if (size <= SHORT) {
        send(exchange, listing);
        return;
      }
      try (FairLimit.Share _ = entries.take(exchange.caller(), size)) {
        send(exchange, listing);
      }
    }
  }

  /** KasmVNC's clients begin the path with a slash; a slash at its end is as natural. */
  private static String folder(Exchange exchange) throws Refusal {
    String path = exchange.query().value("path").orElse("");
    return RequestPath.ofText(path.startsWith("/") ? path.substring(1) : path).from(0);
  }

  private static void send(Exchange exchange, Listing listing) throws IOException {
    JsonAnswer.send(exchange, 200, json -> write(listing, json));
  }

  private static void write(Listing listing, JsonGenerator json) {
    json.writeStartObject();
    json.writeArrayPropertyStart("files");
    listing.files().forEach(item -> write(item, json));
    json.writeEndArray();
    json.writePOJOProperty("place", Places.json(listing.place()));
    json.writeNumberProperty("left_out", listing.leftOut());
    json.writeBooleanProperty("complete", listing.complete());
    json.writeEndObject();
  }

  private static void write(Listing.Item item, JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("filename", item.name());
    json.writeNumberProperty("date_modified", item.modified().getEpochSecond());
    json.writeNumberProperty("date_created", item.created().getEpochSecond());
    json.writeBooleanProperty("is_dir", item.folder());
    json.writeNumberProperty("size", item.folder() ? 0 : item.size());
    json.writeStringProperty("owner", item.owner());
    json.writeStringProperty("group", item.group());
    json.writeStringProperty("perms", permissions(item.mode()));
    json.writeEndObject();
  }

  /** Three octal digits at least. */
  private static String permissions(int mode) {
    return Integer.toOctalString(mode & 0777 | 01000).substring(1);
  }
}
