package kds.http.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import kds.http.route.Exchange;

/** Gathers the bytes of an answer that is made while it is sent. */
final class Outlet extends OutputStream {
  private final Exchange exchange;
  private final Buffers.Loan loan;
  private ByteBuffer buffer;

  Outlet(Exchange exchange, Buffers.Loan loan) {
    this.exchange = exchange;
    this.loan = loan;
    this.buffer = loan.cleared();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] from, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (!buffer.hasRemaining()) {
        exchange.write(false, buffer.flip());
        buffer = loan.cleared();
      }
      int some = Math.min(length - done, buffer.remaining());
      buffer.put(from, offset + done, some);
      done += some;
    }
  }

  /** Sends the rest: the answer is complete. */
  void end() throws IOException {
    exchange.write(true, buffer.flip());
  }
}
