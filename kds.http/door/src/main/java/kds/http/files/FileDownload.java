package kds.http.files;

import java.io.IOException;
import java.time.Clock;
import kds.api.transfer.Download;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.TransferException;
import kds.http.problem.Problem;
import kds.http.route.Exchange;
import kds.http.route.Percent;
import kds.http.route.Refusal;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpDateTime;
import org.eclipse.jetty.http.HttpHeader;

/** {@code GET|HEAD /Downloads/{path}}: a file, whole or in parts. */
final class FileDownload implements Route.Use<FileTransfer> {
  /** One type for all: no browser is to show, or guess at, what a person stored. */
  private static final String TYPE = "application/octet-stream";

  /** What RFC 8187 lets stand as it is in an extended value. */
  private static final String ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~";

  private final Clock clock;

  FileDownload(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void serve(Exchange exchange, FileTransfer transfer)
      throws IOException, Refusal, TransferException {
    if (exchange.query().value("format").isPresent()) {
      FolderArchive.serve(exchange, transfer, exchange.path());
      return;
    }
    try (Download file = transfer.open(exchange.caller(), exchange.path())) {
      send(exchange, file);
    } catch (TransferException e) {
      if (e.reason() != TransferException.Reason.WRONG_KIND) {
        throw e;
      }
      FolderArchive.serve(exchange, transfer, exchange.path());
    }
  }

  private void send(Exchange exchange, Download file)
      throws IOException, Refusal, TransferException {
    Conditions conditions = new Conditions('"' + file.version() + '"', file.modified());
    describe(exchange, file, conditions);
    switch (conditions.evaluate(exchange::header)) {
      case SEND -> send(exchange, file, conditions);
      case NOT_MODIFIED -> exchange.status(304).empty();
      case FAILED ->
          throw Refusal.of(
              412,
              "precondition-failed",
              "The file is not the one that the request's If-Match or If-Unmodified-Since"
                  + " expects. Ask for it anew.");
    }
  }

  private static void describe(Exchange exchange, Download file, Conditions conditions) {
    exchange
        .set(HttpHeader.ETAG, conditions.tag())
        .set(HttpHeader.LAST_MODIFIED, HttpDateTime.format(conditions.modified()))
        .set(HttpHeader.CACHE_CONTROL, "private, no-cache")
        .set(HttpHeader.ACCEPT_RANGES, "bytes")
        .set("Content-Disposition", disposition(file.name()))
        .set("X-Content-Type-Options", "nosniff")
        .set(Places.HEADER, Places.word(file.place()));
  }

  private void send(Exchange exchange, Download file, Conditions conditions)
      throws IOException, Refusal, TransferException {
    long size = file.size();
    boolean ranged =
        !exchange.head()
            && conditions.rangeCounts(exchange.header(HttpHeader.IF_RANGE), clock.instant());
    switch (Ranges.of(ranged ? exchange.header(HttpHeader.RANGE) : null, size)) {
      case Ranges.Whole() -> whole(exchange, file);
      case Ranges.Parts(var spans) when spans.size() == 1 -> {
        Span span = spans.getFirst();
        exchange.status(206).set("Content-Range", span.contentRange(size));
        announce(exchange, TYPE, span.length());
        new Sender(exchange, file).send(span);
      }
      case Ranges.Parts(var spans) -> {
        ByteRanges ranges = new ByteRanges(TYPE, size);
        exchange.status(206);
        announce(exchange, ranges.contentType(), ranges.length(spans));
        new Sender(exchange, file).send(spans, ranges);
      }
      case Ranges.Unsatisfiable() ->
          throw new Refusal(
              Problem.of(
                      416,
                      "range-not-satisfiable",
                      "The file has " + size + " bytes, and the range lies behind its end.")
                  .header("Content-Range", "bytes */" + size));
    }
  }

  private static void whole(Exchange exchange, Download file)
      throws IOException, TransferException {
    exchange.status(200);
    announce(exchange, TYPE, file.size());
    if (exchange.head() || file.size() == 0) {
      exchange.empty();
    } else {
      new Sender(exchange, file).send(new Span(0, file.size() - 1));
    }
  }

  private static void announce(Exchange exchange, String type, long length) {
    exchange
        .set(HttpHeader.CONTENT_TYPE, type)
        .set(HttpHeader.CONTENT_LENGTH, Long.toString(length));
  }

  /** Always an attachment (RFC 6266): a plain name for old clients, and the true one. */
  static String disposition(String name) {
    StringBuilder plain = new StringBuilder(name.length());
    name.codePoints()
        .forEach(
            c -> plain.append(c < 0x20 || c > 0x7E || "\"\\%".indexOf(c) >= 0 ? '_' : (char) c));
    return "attachment; filename=\""
        + plain
        + "\"; filename*=UTF-8''"
        + Percent.encode(name, ATTRIBUTE_CHARACTERS);
  }
}
