package kds.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.http.route.Chunks;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;

/** Receives what a request brings of an upload in several goes, and makes it durable. */
final class Reception {
  private Reception() {}

  /**
   * Appends the body. What came of one that breaks off counts, unless it was to be verified.
   *
   * @param checksum what it must have, null for none
   * @throws Refusal 400 {@code incomplete}; what the verification throws
   */
  static void receive(Exchange exchange, ResumableUpload upload, @Nullable Verification checksum)
      throws IOException, Refusal, TransferException {
    upload.whenTakenOver(exchange.body()::abandon);
    if (checksum == null) {
      write(exchange, upload, null);
    } else {
      upload.hold();
      write(exchange, upload, checksum.digest());
      verify(exchange, upload, checksum);
    }
    upload.sync();
  }

  private static void write(
      Exchange exchange, ResumableUpload upload, @Nullable MessageDigest digest)
      throws IOException, Refusal, TransferException {
    try (Intake.Writer writer = new Intake.Writer(upload::write, digest)) {
      copy(exchange.body(), writer);
    } catch (ClientGoneException e) {
      throw Refusal.of(
          400,
          "incomplete",
          "The body broke off, or stopped coming, before its end. Ask how much of it counts, and go"
              + " on from there.");
    }
  }

  /**
   * Writes all that comes, also of a body that breaks off. What could not be written is not tried
   * again: the failure that the caller is to hear of is the first one.
   */
  static void copy(Chunks body, Intake.Writer writer) throws IOException, TransferException {
    try {
      for (ByteBuffer piece = body.next(); piece != null; piece = body.next()) {
        writer.write(piece);
      }
    } catch (ClientGoneException e) {
      writer.flush();
      throw e;
    }
    writer.flush();
  }

  private static void verify(Exchange exchange, ResumableUpload upload, Verification checksum)
      throws Refusal, TransferException {
    try {
      checksum.verify();
    } catch (Refusal e) {
      upload.takeBack();
      exchange.set(Tus.OFFSET, Long.toString(upload.offset()));
      throw e;
    }
  }

  /** Tells a client that would send too much so before it does. */
  static void requireRoom(Exchange exchange, ResumableUpload upload) throws Refusal {
    if (upload.size() >= 0 && exchange.announced() > upload.size() - upload.offset()) {
      throw tooMuch();
    }
  }

  static Refusal tooMuch() {
    return Refusal.of(413, "too-large", "That is more than the upload was announced to have.");
  }
}
