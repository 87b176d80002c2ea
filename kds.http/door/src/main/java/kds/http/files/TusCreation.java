package kds.http.files;

import java.io.IOException;
import java.util.List;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadTicket;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** {@code POST /files/}: begins an upload as the tus protocol 1.0.0 has it, or joins some. */
final class TusCreation {
  private TusCreation() {}

  static void create(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    String header = exchange.header(Tus.CONCAT);
    switch (TusConcat.of(header)) {
      case TusConcat.Whole(List<String> keys) -> join(exchange, uploads, keys);
      case TusConcat.Part() -> begin(exchange, uploads, true);
      case TusConcat.Alone() -> begin(exchange, uploads, false);
    }
  }

  private static void begin(Exchange exchange, ResumableUploads uploads, boolean partial)
      throws IOException, Refusal, TransferException {
    UploadRules rules = UploadRules.of(exchange);
    TusMemo memo = memo(exchange);
    TusMetadata metadata = TusMetadata.of(exchange.header(Tus.METADATA));
    String path = metadata.path();
    long size = announced(exchange);
    boolean withContent = exchange.hasBody();
    if (withContent) {
      Tus.requireContentType(exchange);
    }
    TusChecksum checksum = withContent ? TusChecksum.of(exchange) : null;
    UploadTicket ticket =
        partial
            ? uploads.createPart(exchange.caller(), size, memo.write())
            : uploads.create(exchange.caller(), rules.request(path, size), memo.write());
    if (withContent || size == 0) {
      receive(exchange, uploads, ticket, checksum);
    } else {
      exchange.set(Places.HEADER, Places.word(ticket.place()));
      Tus.expires(exchange, ticket.expires());
    }
    exchange.set(HttpHeader.LOCATION, ticket.key()).status(201).empty();
  }

  private static TusMemo memo(Exchange exchange) {
    String metadata = exchange.header(Tus.METADATA);
    String concat = exchange.header(Tus.CONCAT);
    return new TusMemo(metadata == null ? "" : metadata, concat == null ? "" : concat);
  }

  /** The size; -1 when it is to be told later. */
  private static long announced(Exchange exchange) throws Refusal {
    long size = Tus.number(exchange, Tus.LENGTH);
    String defer = exchange.header(Tus.DEFER);
    if (defer != null && !defer.equals("1")) {
      throw Tus.bad(Tus.DEFER + " can only be 1.");
    }
    if (size < 0 == (defer == null)) {
      throw Tus.bad("Send either " + Tus.LENGTH + " or " + Tus.DEFER + ": 1.");
    }
    return size;
  }

  /** Content that comes with the creation. If it fails, nobody learns the URL: all is ended. */
  private static void receive(
      Exchange exchange,
      ResumableUploads uploads,
      UploadTicket ticket,
      @Nullable TusChecksum checksum)
      throws IOException, Refusal, TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      boolean received = false;
      try {
        Reception.requireRoom(exchange, upload);
        Reception.receive(exchange, upload, checksum);
        Tus.finishIfWhole(upload);
        received = true;
      } finally {
        if (!received) {
          upload.terminate();
        }
      }
      Tus.tell(exchange, upload);
    }
  }

  private static void join(Exchange exchange, ResumableUploads uploads, List<String> keys)
      throws IOException, Refusal, TransferException {
    if (exchange.header(Tus.LENGTH) != null || exchange.header(Tus.DEFER) != null) {
      throw Tus.bad("The size of a final upload follows from its parts. Do not send one.");
    }
    if (exchange.hasBody()) {
      throw Tus.bad("A final upload has no content beside that of its parts. Send none.");
    }
    UploadRules rules = UploadRules.of(exchange);
    String path = TusMetadata.of(exchange.header(Tus.METADATA)).path();
    exchange.takesLong();
    UploadTicket ticket =
        uploads.join(exchange.caller(), rules.request(path, -1), memo(exchange).write(), keys);
    try (ResumableUpload whole = uploads.resume(ticket.key())) {
      Tus.tell(exchange, whole);
    }
    exchange.set(HttpHeader.LOCATION, ticket.key()).status(201).empty();
  }
}
