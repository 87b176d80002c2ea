package kds.core.host.process;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Buffers that are lent while something is read and taken, and used again. Thread-safe. */
final class Buffers {
  /** As much as a pipe holds. */
  private static final int SIZE = 64 * 1024;

  private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  ByteBuffer lend() {
    ByteBuffer buffer = free.poll();
    return buffer == null ? ByteBuffer.allocateDirect(SIZE) : buffer;
  }

  void giveBack(ByteBuffer buffer) {
    free.add(buffer.clear());
  }
}
