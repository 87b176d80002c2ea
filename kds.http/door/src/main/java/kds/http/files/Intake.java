package kds.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import kds.api.security.Caller;
import kds.api.transfer.FileTransfer;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.Upload;
import kds.api.transfer.UploadRequest;
import kds.http.route.Chunks;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;

/** Receives the content of one file. What goes wrong before its end leaves nothing behind. */
final class Intake {
  private final FileTransfer transfer;
  private final Caller caller;

  Intake(FileTransfer transfer, Caller caller) {
    this.transfer = transfer;
    this.caller = caller;
  }

  /**
   * Receives a file. The upload is begun before the first byte is asked for.
   *
   * @param expected the SHA-256 that it must have, null for none
   * @throws Refusal 400 {@code digest-mismatch}; 412 when it must be new and is not
   */
  Receipt receive(UploadRequest request, Chunks content, byte @Nullable [] expected)
      throws IOException, Refusal, TransferException {
    try {
      return expected == null
          ? receive(request, content, null, null)
          : receive(withoutSha256(request), content, Digests.sha256(), expected);
    } catch (TransferException e) {
      if (request.mustBeNew() && e.reason() == TransferException.Reason.CONFLICT) {
        throw Refusal.of(412, "name-taken", e.getMessage());
      }
      throw e;
    }
  }

  /** The digest must be known before the file is published, so it is computed here, and once. */
  private static UploadRequest withoutSha256(UploadRequest request) {
    return new UploadRequest(
        request.path(),
        request.size(),
        request.onConflict(),
        false,
        request.mustBeNew(),
        request.further());
  }

  private Receipt receive(
      UploadRequest request,
      Chunks content,
      @Nullable MessageDigest digest,
      byte @Nullable [] expected)
      throws IOException, Refusal, TransferException {
    try (Upload upload = transfer.begin(caller, request);
        Writer writer = new Writer(upload::write, digest)) {
      for (ByteBuffer piece = content.next(); piece != null; piece = content.next()) {
        writer.write(piece);
      }
      writer.flush();
      if (digest == null || expected == null) {
        return upload.commit();
      }
      return commit(upload, digest.digest(), expected);
    }
  }

  private static Receipt commit(Upload upload, byte[] actual, byte[] expected)
      throws Refusal, TransferException {
    if (!MessageDigest.isEqual(actual, expected)) {
      throw Refusal.of(
          400,
          "digest-mismatch",
          "What arrived has the SHA-256 "
              + HexFormat.of().formatHex(actual)
              + ", not the announced one. Nothing of it was kept: send it again.");
    }
    Receipt receipt = upload.commit();
    return new Receipt(
        receipt.place(),
        receipt.path(),
        receipt.size(),
        receipt.crc32c(),
        HexFormat.of().formatHex(actual),
        receipt.renamed(),
        receipt.replaced());
  }

  /**
   * Gathers small pieces into a large direct buffer: a call for each would cost more than the copy.
   * Large ones are written as they came.
   */
  static final class Writer implements AutoCloseable {
    /** A piece that is worth a call of its own. */
    private static final int LARGE = 48 << 10;

    private final Sink sink;
    private final @Nullable MessageDigest digest;
    private final Buffers.Loan loan = Buffers.lend();
    private ByteBuffer buffer = loan.cleared();

    /** What takes the content. */
    @FunctionalInterface
    interface Sink {
      void write(ByteBuffer from) throws TransferException;
    }

    Writer(Sink sink, @Nullable MessageDigest digest) {
      this.sink = sink;
      this.digest = digest;
    }

    void write(ByteBuffer piece) throws TransferException {
      if (digest != null) {
        digest.update(piece.duplicate());
      }
      if (piece.isDirect() && piece.remaining() >= LARGE) {
        flush();
        sink.write(piece);
        return;
      }
      while (piece.hasRemaining()) {
        int length = Math.min(piece.remaining(), buffer.remaining());
        buffer.put(buffer.position(), piece, piece.position(), length);
        buffer.position(buffer.position() + length);
        piece.position(piece.position() + length);
        if (!buffer.hasRemaining()) {
          flush();
        }
      }
    }

    void flush() throws TransferException {
      buffer.flip();
      if (buffer.hasRemaining()) {
        sink.write(buffer);
      }
      buffer = loan.cleared();
    }

    @Override
    public void close() {
      loan.close();
    }
  }
}
