package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import kds.api.host.HostException;
import kds.api.host.HostPart;

/** Looks again at what was written. */
final class PartReader {
  private static final int BUFFER = 1 << 20;

  private PartReader() {}

  /** Reads from a place up to another, in pieces. */
  static void read(HostPart part, long from, long to, Consumer<ByteBuffer> reader)
      throws HostException {
    if (from == to) {
      return;
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(BUFFER, to - from));
    for (long at = from; at < to; at += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
      if (part.read(buffer, at) < 0) {
        throw new HostException(HostException.Reason.IO, "The file became shorter");
      }
      reader.accept(buffer.flip());
    }
  }
}
