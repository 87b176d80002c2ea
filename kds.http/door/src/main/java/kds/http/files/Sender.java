package kds.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import kds.api.transfer.Download;
import kds.api.transfer.TransferException;
import kds.http.route.Exchange;

/** Sends stretches of a file as an answer's body. */
final class Sender {
  private final Exchange exchange;
  private final Download file;

  Sender(Exchange exchange, Download file) {
    this.exchange = exchange;
    this.file = file;
  }

  /** Sends one stretch as the whole body. */
  void send(Span span) throws IOException, TransferException {
    stream(span, true);
  }

  /** Sends stretches with a head before each, and a tail, as the whole body. */
  void send(List<Span> spans, ByteRanges ranges) throws IOException, TransferException {
    for (Span span : spans) {
      exchange.write(false, ranges.head(span));
      stream(span, false);
    }
    exchange.write(true, ranges.tail());
  }

  private void stream(Span span, boolean last) throws IOException, TransferException {
    try (Buffers.Loan loan = Buffers.lend()) {
      long at = span.first();
      while (at <= span.last()) {
        ByteBuffer buffer = loan.cleared();
        buffer.limit((int) Math.min(buffer.capacity(), span.last() - at + 1));
        if (file.read(buffer, at) < 0) {
          throw new ShrunkException(file.name(), at, span.last() + 1);
        }
        buffer.flip();
        at += buffer.remaining();
        exchange.write(last && at > span.last(), buffer);
      }
    }
  }

  /** The file became shorter while it was sent: its announced length cannot be kept. */
  private static final class ShrunkException extends IOException {
    private static final long serialVersionUID = 1L;

    ShrunkException(String name, long at, long wanted) {
      super("'" + name + "' ends at " + at + " and had " + wanted + " bytes when opened.");
    }
  }
}
