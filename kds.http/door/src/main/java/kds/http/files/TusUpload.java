package kds.http.files;

import java.io.IOException;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** What an upload's own URL answers, as the tus protocol 1.0.0 has it: to whoever has the URL. */
final class TusUpload {
  private TusUpload() {}

  /** Serves the method that X-HTTP-Method-Override names; without one, the request's own. */
  static void serve(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.introduce(exchange);
    @Nullable String override = Tus.text(exchange, Tus.OVERRIDE);
    switch (override == null ? exchange.method() : override) {
      case "HEAD" -> look(exchange, uploads);
      case "PATCH" -> append(exchange, uploads);
      case "DELETE" -> terminate(exchange, uploads);
      default ->
          throw Refusal.of(
              405,
              "method-not-allowed",
              "POST stands for HEAD, PATCH or DELETE here: say which in X-HTTP-Method-Override.");
    }
  }

  private static void look(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    exchange.set(HttpHeader.CACHE_CONTROL, "no-store");
    try (ResumableUpload upload = KeyedUploads.resume(exchange, uploads)) {
      Tus.finishIfWhole(upload); // in case that failed, or the service died, after the last byte
      Tus.tell(exchange, upload);
      if (upload.size() < 0) {
        exchange.set(Tus.DEFER, "1");
      } else {
        exchange.set(Tus.LENGTH, Long.toString(upload.size()));
      }
      TusMemo memo = TusMemo.read(upload.metadata());
      if (!memo.metadata().isEmpty()) {
        exchange.set(Tus.METADATA, memo.metadata());
      }
      if (!memo.concat().isEmpty()) {
        exchange.set(Tus.CONCAT, memo.concat());
      }
    }
    exchange.status(200).empty();
  }

  private static void append(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    Tus.requireContentType(exchange);
    long offset = Tus.number(exchange, Tus.OFFSET);
    if (offset < 0) {
      throw Tus.bad("Send " + Tus.OFFSET + ": the offset at which the content begins.");
    }
    TusChecksum checksum = TusChecksum.of(exchange);
    long length = Tus.number(exchange, Tus.LENGTH);
    try (ResumableUpload upload = KeyedUploads.resume(exchange, uploads)) {
      if (TusMemo.read(upload.metadata()).isFinal()) {
        throw Refusal.of(
            403, "upload-final", "This upload was joined of others. Nothing can be added to it.");
      }
      requireOffset(exchange, upload, offset);
      if (upload.receipt().isEmpty()) {
        if (length >= 0) {
          upload.announce(length);
        }
        Reception.requireRoom(exchange, upload);
        Reception.receive(exchange, upload, checksum);
        Tus.finishIfWhole(upload);
      } else if (exchange.announced() != 0) {
        throw Reception.tooMuch();
      }
      Tus.tell(exchange, upload);
    }
    exchange.status(204).empty();
  }

  private static void requireOffset(Exchange exchange, ResumableUpload upload, long offset)
      throws Refusal {
    if (upload.offset() != offset) {
      exchange.set(Tus.OFFSET, Long.toString(upload.offset()));
      throw Refusal.of(
          409,
          "offset-mismatch",
          "The upload is at another offset. Ask for it with HEAD, and go on from there.");
    }
  }

  private static void terminate(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    try (ResumableUpload upload = KeyedUploads.resume(exchange, uploads)) {
      upload.terminate();
    }
    exchange.status(204).empty();
  }
}
