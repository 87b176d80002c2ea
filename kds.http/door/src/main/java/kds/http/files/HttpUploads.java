package kds.http.files;

import java.io.IOException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kds.api.security.Scope;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadTicket;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.RequestPath;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Resumable uploads over HTTP as the IETF drafts them (draft-ietf-httpbis-resumable-upload-15), on
 * the same uploads as tus. One is begun with a token; what its URL answers is for whoever has the
 * URL.
 *
 * <p>Jetty sends the fields of interim answers with the status 103 only, so there is no 104 that
 * would tell the URL before the body has come: who wants to go on after a break begins with {@code
 * Upload-Complete: ?0} and no content.
 */
final class HttpUploads {
  private static final String ALL = "/uploads/";
  private static final String TYPE = "application/partial-upload";
  private static final String OFFSET = "Upload-Offset";
  private static final String LENGTH = "Upload-Length";
  private static final String COMPLETE = "Upload-Complete";
  private static final String LIMIT = "Upload-Limit";

  private HttpUploads() {}

  static List<Route> all() {
    return List.of(
        open("OPTIONS", HttpUploads::describe),
        open("POST", HttpUploads::create),
        keyed("HEAD", HttpUploads::look),
        keyed("PATCH", HttpUploads::append),
        keyed("DELETE", HttpUploads::cancel));
  }

  private static Route open(String method, Route.Use<ResumableUploads> use) {
    return Route.gated(
        method, ALL, Scope.FILES_WRITE, FileTransfer.CAPABILITY, ResumableUploads.class, use);
  }

  private static Route keyed(String method, Route.Use<ResumableUploads> use) {
    return Route.keyed(
        method, ALL + "{path}", FileTransfer.CAPABILITY, ResumableUploads.class, use);
  }

  private static void describe(Exchange exchange, ResumableUploads uploads) throws IOException {
    limit(exchange, uploads);
    exchange.set("Accept-Patch", TYPE).set("Allow", "OPTIONS, POST").status(204).empty();
  }

  /** Section "Upload Creation". */
  private static void create(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    limit(exchange, uploads);
    boolean complete = complete(exchange);
    UploadRules rules = UploadRules.of(exchange);
    RequestPath path =
        RequestPath.ofText(
            exchange
                .query()
                .value("path")
                .orElseThrow(() -> Tus.bad("Say in the parameter 'path' where the file goes.")));
    if (path.slashed()) {
      throw Tus.bad("The parameter 'path' names no file. Name one.");
    }
    Verification digest = digest(exchange);
    long size = length(exchange, complete, 0);
    UploadTicket ticket = uploads.create(exchange.caller(), rules.request(path.from(0), size), "");
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      boolean answered = false;
      try {
        Reception.receive(exchange, upload, digest);
        exchange.set(HttpHeader.LOCATION, ALL + ticket.key());
        exchange.set(LIMIT, limit(uploads, ticket.expires()));
        answer(exchange, upload, complete, 201);
        answered = true;
      } finally {
        if (!answered) {
          upload.terminate(); // nobody has learned its URL; a file that was published stays
        }
      }
    }
  }

  /** Section "Offset Retrieval". */
  private static void look(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    exchange.set(HttpHeader.CACHE_CONTROL, "no-store");
    try (ResumableUpload upload = resume(exchange, uploads)) {
      exchange
          .set(OFFSET, Long.toString(upload.offset()))
          .set(COMPLETE, UploadFields.bool(upload.receipt().isPresent()))
          .set(LIMIT, limit(uploads, upload.expires()));
      if (upload.size() >= 0) {
        exchange.set(LENGTH, Long.toString(upload.size()));
      }
      upload.receipt().ifPresent(receipt -> exchange.set(Tus.RECEIPT, Tus.json(receipt)));
    }
    exchange.status(204).empty();
  }

  /** Section "Upload Append". */
  private static void append(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    String type = exchange.header(HttpHeader.CONTENT_TYPE);
    if (type == null || !type.strip().equalsIgnoreCase(TYPE)) {
      throw Refusal.of(
          415, "unsupported-media-type", "Send the content as Content-Type: " + TYPE + ".");
    }
    limit(exchange, uploads);
    boolean complete = complete(exchange);
    long offset =
        UploadFields.integer(exchange.header(OFFSET))
            .orElseThrow(
                () -> Tus.bad("Send " + OFFSET + ": the offset at which the content begins."));
    Verification digest = digest(exchange);
    try (ResumableUpload upload = resume(exchange, uploads)) {
      exchange.set(OFFSET, Long.toString(upload.offset()));
      if (upload.receipt().isPresent()) {
        exchange.set(COMPLETE, "?1");
        throw Refusal.of(
            410, "upload-complete", "The upload is complete. HEAD tells what became of it.");
      }
      if (upload.offset() != offset) {
        throw Refusal.of(
            409,
            "offset-mismatch",
            "The upload is at another offset. Ask for it with HEAD, and go on from there.");
      }
      long size = length(exchange, complete, offset);
      if (size >= 0) {
        upload.announce(size);
      }
      Reception.requireRoom(exchange, upload);
      receive(exchange, upload, digest);
      answer(exchange, upload, complete, 204);
    }
  }

  /** Section "Upload Cancellation". */
  private static void cancel(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    try (ResumableUpload upload = resume(exchange, uploads)) {
      upload.terminate();
    }
    exchange.status(204).empty();
  }

  /** More than was announced ends the upload, as the draft wants it. */
  private static void receive(
      Exchange exchange, ResumableUpload upload, @Nullable Verification digest)
      throws IOException, Refusal, TransferException {
    try {
      Reception.receive(exchange, upload, digest);
    } catch (TransferException e) {
      if (e.reason() == TransferException.Reason.TOO_LARGE) {
        upload.terminate();
      }
      throw e;
    }
  }

  /** Tells how far it is; or publishes what is complete, and answers as PUT does. */
  private static void answer(
      Exchange exchange, ResumableUpload upload, boolean complete, int otherwise)
      throws IOException, Refusal, TransferException {
    exchange.set(OFFSET, Long.toString(upload.offset())).set(COMPLETE, "?0");
    if (!complete) {
      exchange.status(otherwise).empty();
      return;
    }
    upload.announce(upload.offset()); // or it is not what was announced
    Receipt receipt = finish(exchange, upload);
    exchange
        .set(COMPLETE, "?1")
        .set(HttpHeader.LOCATION, "/Downloads/" + RequestPath.encode(receipt.path()));
    if (receipt.sha256() != null) {
      exchange.set("Repr-Digest", Digests.field(receipt.sha256()));
    }
    exchange.json(receipt.replaced() ? 200 : 201, Places.json(receipt));
  }

  private static Receipt finish(Exchange exchange, ResumableUpload upload)
      throws TransferException {
    try {
      return upload.finish();
    } catch (TransferException e) {
      boolean again =
          switch (e.reason()) {
            case BUSY, FAILED, TAKEN_OVER, NO_SPACE, QUOTA -> true;
            default -> e.retryAfter().isPresent();
          };
      exchange.set(COMPLETE, UploadFields.bool(!again)); // whether the file itself was refused
      throw e;
    }
  }

  private static ResumableUpload resume(Exchange exchange, ResumableUploads uploads)
      throws Refusal, TransferException {
    ResumableUpload upload = KeyedUploads.resume(exchange, uploads);
    if (upload.partial()) {
      upload.close();
      throw Refusal.of(409, "wrong-kind", "This is a part of a tus upload. Go on with it as such.");
    }
    return upload;
  }

  private static boolean complete(Exchange exchange) throws Refusal {
    Boolean complete = UploadFields.bool(exchange.header(COMPLETE));
    if (complete == null) {
      throw Tus.bad(
          "Send " + COMPLETE + ": ?1 when this is the end of the file, ?0 when more will come.");
    }
    return complete;
  }

  /** The length of the whole, -1 when the request does not tell; section "Length". */
  private static long length(Exchange exchange, boolean complete, long offset) throws Refusal {
    long told = UploadFields.integer(exchange.header(LENGTH)).orElse(-1);
    long sent = complete && exchange.announced() >= 0 ? offset + exchange.announced() : -1;
    if (told >= 0 && sent >= 0 && told != sent) {
      throw Refusal.of(
          400,
          "inconsistent-length",
          "The content would make the file " + sent + " bytes, not " + told + ".");
    }
    return Math.max(told, sent);
  }

  /** Also answers that refuse too much tell how much may come. */
  private static void limit(Exchange exchange, ResumableUploads uploads) {
    if (uploads.maxSize() > 0) {
      exchange.set(LIMIT, "max-size=" + uploads.maxSize());
    }
  }

  private static String limit(ResumableUploads uploads, Instant expires) {
    long left = Math.max(0, Duration.between(Instant.now(), expires).toSeconds());
    return (uploads.maxSize() > 0 ? "max-size=" + uploads.maxSize() + ", " : "")
        + "max-age="
        + left;
  }

  /** What the content of this request must come to; null when that is not told. */
  private static @Nullable Verification digest(Exchange exchange) throws Refusal {
    if (exchange.header("Repr-Digest") != null) {
      throw Refusal.of(
          400,
          "unsupported-header",
          "An upload in several goes does not know Repr-Digest. Send a Content-Digest with each, or"
              + " ask for the digest of the whole with Want-Repr-Digest.");
    }
    byte[] expected = Digests.expected(exchange);
    return expected == null ? null : new ContentDigest(Digests.sha256(), expected);
  }

  /** The field Content-Digest (RFC 9530). */
  private record ContentDigest(MessageDigest digest, byte[] expected) implements Verification {
    @Override
    public void verify() throws Refusal {
      if (!MessageDigest.isEqual(digest.digest(), expected)) {
        throw Refusal.of(
            400,
            "digest-mismatch",
            "What arrived does not have the digest that was sent with it. It was taken back: ask"
                + " for the offset, and send it again.");
      }
    }
  }
}
