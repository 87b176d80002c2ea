package kds.core.host.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import kds.core.host.linux.Descriptors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading end of a pipe that a program writes to. Read as long as anybody holds the other end,
 * also after the program itself has ended: its children would be killed by SIGPIPE otherwise.
 */
final class Outlet {
  private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
  private static final int READS_BEFORE_OTHERS = 32;

  private final Watch watch;
  private final Buffers buffers;
  private final int pipe;
  private final Consumer<ByteBuffer> taker;
  private final CompletableFuture<Void> settled = new CompletableFuture<>();
  private final Object reading = new Object();
  private long key;
  private long read;
  private boolean closed;
  private volatile long taken;
  private volatile long enough = Long.MAX_VALUE;
  private volatile boolean lingered;

  Outlet(Watch watch, Buffers buffers, int pipe, Consumer<ByteBuffer> taker) {
    this.watch = watch;
    this.buffers = buffers;
    this.pipe = pipe;
    this.taker = taker;
  }

  void open() throws IOException {
    Descriptors.nonBlocking(pipe);
    synchronized (reading) {
      key = watch.once(pipe, this::pour);
    }
  }

  /**
   * Completed when all is taken that the program wrote: at the pipe's end, or when others still
   * hold it, after they had the time to write what they were about to.
   */
  CompletableFuture<Void> settled() {
    return settled;
  }

  /** The program has ended: what waits in the pipe now is all that it has written. */
  void programEnded() {
    synchronized (reading) {
      if (closed) {
        return;
      }
      try {
        enough = read + Descriptors.waiting(pipe);
      } catch (IOException e) {
        enough = read;
      }
    }
  }

  /** Who still holds the pipe had its time. */
  void lingered() {
    lingered = true;
    settle();
  }

  private void settle() {
    if (lingered && taken >= enough) {
      settled.complete(null);
    }
  }

  private void pour() {
    ByteBuffer buffer = buffers.lend();
    try {
      pour(buffer);
    } catch (IOException e) {
      LOG.warn("A program's output is lost from here on", e);
      end();
    } finally {
      buffers.giveBack(buffer);
    }
  }

  private void pour(ByteBuffer buffer) throws IOException {
    for (int i = 1; ; i++) {
      int count = read(buffer.clear());
      if (count == 0) {
        end();
        return;
      }
      if (count < 0) {
        watch.again(pipe, key);
        return;
      }
      taker.accept(buffer.limit(count));
      taken += count;
      settle();
      if (i % READS_BEFORE_OTHERS == 0) {
        Thread.yield();
      }
    }
  }

  private int read(ByteBuffer into) throws IOException {
    synchronized (reading) {
      if (closed) {
        return 0;
      }
      int count = Descriptors.read(pipe, into);
      read += Math.max(count, 0);
      return count;
    }
  }

  /** Gives it up before it was ever poured out, or while it is. */
  void abandon() {
    end();
  }

  private void end() {
    synchronized (reading) {
      if (closed) {
        return;
      }
      watch.forget(pipe, key);
      Descriptors.close(pipe);
      // From here on nobody may ask how much waits: the number may be another file's.
      closed = true;
    }
    settled.complete(null);
  }
}
