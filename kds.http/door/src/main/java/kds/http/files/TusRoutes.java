package kds.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import kds.api.security.Scope;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.ResumableUploads;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadTicket;
import kds.http.problem.Problem;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import kds.http.route.Route;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Uploads in several goes, as the tus protocol 1.0.0 has them. One is begun with a token; what its
 * URL answers is for whoever has the URL.
 */
final class TusRoutes {
  private static final String ALL = "/files/";
  private static final String ONE = "/files/{path}";

  private TusRoutes() {}

  static List<Route> all() {
    return List.of(
        Route.gated(
            "OPTIONS",
            ALL,
            Scope.FILES_WRITE,
            FileTransfer.CAPABILITY,
            ResumableUploads.class,
            TusRoutes::describe),
        Route.gated(
            "POST",
            ALL,
            Scope.FILES_WRITE,
            FileTransfer.CAPABILITY,
            ResumableUploads.class,
            TusRoutes::create),
        keyed("HEAD", TusRoutes::look),
        keyed("PATCH", TusRoutes::append),
        keyed("DELETE", TusRoutes::terminate),
        keyed("POST", TusRoutes::override));
  }

  private static Route keyed(String method, Route.Use<ResumableUploads> use) {
    return Route.keyed(method, ONE, FileTransfer.CAPABILITY, ResumableUploads.class, use);
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

  private static void create(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    if (exchange.header("Upload-Concat") != null) {
      throw Refusal.of(
          400, "unsupported-header", "Uploads are not joined here. Send the file as one upload.");
    }
    UploadRules rules = UploadRules.of(exchange);
    String metadata = exchange.header(Tus.METADATA);
    String path = TusMetadata.of(metadata).path();
    long size = announced(exchange);
    boolean withContent = exchange.header("Content-Type") != null && exchange.announced() != 0;
    if (withContent) {
      Tus.requireContentType(exchange);
    }
    TusChecksum checksum = withContent ? TusChecksum.of(exchange) : null;
    UploadTicket ticket =
        uploads.create(
            exchange.caller(), rules.request(path, size), metadata == null ? "" : metadata);
    if (withContent || size == 0) {
      begin(exchange, uploads, ticket, checksum);
    } else {
      exchange.set(Places.HEADER, Places.word(ticket.place()));
      Tus.expires(exchange, ticket.expires());
    }
    exchange.set(HttpHeader.LOCATION, ticket.key()).status(201).empty();
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
  private static void begin(
      Exchange exchange,
      ResumableUploads uploads,
      UploadTicket ticket,
      @Nullable TusChecksum checksum)
      throws IOException, Refusal, TransferException {
    try (ResumableUpload upload = uploads.resume(ticket.key())) {
      boolean received = false;
      try {
        receive(exchange, upload, checksum);
        received = true;
      } finally {
        if (!received) {
          upload.terminate();
        }
      }
      Tus.tell(exchange, upload);
    }
  }

  private static void look(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    try (ResumableUpload upload = resume(exchange, uploads)) {
      if (upload.offset() == upload.size()) {
        upload.finish(); // in case that failed, or the service died, after the last byte
      }
      Tus.tell(exchange, upload);
      if (upload.size() < 0) {
        exchange.set(Tus.DEFER, "1");
      } else {
        exchange.set(Tus.LENGTH, Long.toString(upload.size()));
      }
      if (!upload.metadata().isEmpty()) {
        exchange.set(Tus.METADATA, upload.metadata());
      }
    }
    exchange.set(HttpHeader.CACHE_CONTROL, "no-store").status(200).empty();
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
    try (ResumableUpload upload = resume(exchange, uploads)) {
      if (upload.offset() != offset) {
        exchange.set(Tus.OFFSET, Long.toString(upload.offset()));
        throw Refusal.of(
            409,
            "offset-mismatch",
            "The upload is at another offset. Ask for it with HEAD, and go on from there.");
      }
      if (upload.receipt().isEmpty()) {
        if (length >= 0) {
          upload.announce(length);
        }
        requireRoom(exchange, upload);
        receive(exchange, upload, checksum);
      } else if (exchange.announced() != 0) {
        throw tooMuch();
      }
      Tus.tell(exchange, upload);
    }
    exchange.status(204).empty();
  }

  /** Tells a client that would send too much so before it does. */
  private static void requireRoom(Exchange exchange, ResumableUpload upload) throws Refusal {
    if (upload.size() >= 0 && exchange.announced() > upload.size() - upload.offset()) {
      throw tooMuch();
    }
  }

  private static Refusal tooMuch() {
    return Refusal.of(413, "too-large", "That is more than the upload was announced to have.");
  }

  private static void receive(
      Exchange exchange, ResumableUpload upload, @Nullable TusChecksum checksum)
      throws IOException, Refusal, TransferException {
    upload.whenTakenOver(exchange.body()::abandon);
    if (checksum != null) {
      upload.hold();
    }
    MessageDigest digest = checksum == null ? null : checksum.digest();
    try (Intake.Writer writer = new Intake.Writer(upload::write, digest)) {
      try {
        ByteBuffer piece;
        while ((piece = exchange.body().next()) != null) {
          writer.write(piece);
        }
      } finally {
        writer.flush(); // also of a body that broke off
      }
    }
    if (checksum != null) {
      try {
        checksum.verify();
      } catch (Refusal e) {
        upload.takeBack();
        exchange.set(Tus.OFFSET, Long.toString(upload.offset()));
        throw e;
      }
    }
    upload.sync();
    if (upload.offset() == upload.size()) {
      upload.finish();
    }
  }

  private static void terminate(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    Tus.agree(exchange);
    try (ResumableUpload upload = resume(exchange, uploads)) {
      upload.terminate();
    }
    exchange.status(204).empty();
  }

  /** For clients that cannot send every method. */
  private static void override(Exchange exchange, ResumableUploads uploads)
      throws IOException, Refusal, TransferException {
    String method = Tus.text(exchange, "X-HTTP-Method-Override");
    switch (method) {
      case "HEAD" -> look(exchange, uploads);
      case "PATCH" -> append(exchange, uploads);
      case "DELETE" -> terminate(exchange, uploads);
      case null, default ->
          throw Refusal.of(
              405,
              "method-not-allowed",
              "POST stands for HEAD, PATCH or DELETE here: say which in X-HTTP-Method-Override.");
    }
  }

  private static ResumableUpload resume(Exchange exchange, ResumableUploads uploads)
      throws Refusal, TransferException {
    ResumableUpload upload;
    try {
      upload = uploads.resume(exchange.path());
    } catch (TransferException e) {
      if (e.reason() == TransferException.Reason.NOT_FOUND) {
        Optional<Problem> banned = exchange.keyGuard().unknown();
        if (banned.isPresent()) {
          throw new Refusal(banned.get());
        }
      }
      throw e;
    }
    Optional<String> refused = exchange.keyGuard().refuses(upload.caller());
    if (refused.isPresent()) {
      upload.close();
      throw Refusal.of(410, "upload-gone", refused.get());
    }
    exchange.known(upload.caller());
    return upload;
  }
}
