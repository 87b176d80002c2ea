package kds.http.route;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, read by a thread that may wait. Hands out the connection's own buffers: nothing
 * is copied.
 *
 * <p>A client that sent {@code Expect: 100-continue} is told to go on by the first read, not
 * earlier.
 */
public final class Body implements Chunks {
  /** How long a client that was refused may go on sending before the connection is closed. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private final Request request;
  private final Semaphore arrivals = new Semaphore(0);
  private final Pace pace;
  private Content.@Nullable Chunk current;
  private boolean touched;
  private boolean ended;
  private volatile boolean abandoned;

  Body(Request request) {
    this(request, new Pace(System::nanoTime, LockSupport::parkNanos));
  }

  Body(Request request, Pace pace) {
    this.request = request;
    this.pace = pace;
  }

  @Override
  public @Nullable ByteBuffer next() throws ClientGoneException {
    while (true) {
      Content.Chunk chunk = read(null);
      if (chunk == null || chunk.isLast() && !chunk.hasRemaining()) {
        return null;
      }
      if (chunk.hasRemaining()) {
        return chunk.getByteBuffer();
      }
    }
  }

  /**
   * Reads and forgets what a refused client still sends, so that it comes to read the answer.
   *
   * @throws ClientGoneException when it does not end in time: the connection must be closed
   */
  void linger() throws ClientGoneException {
    boolean waits = !touched && request.getHeaders().contains(HttpHeader.EXPECT, "100-continue");
    long until = System.nanoTime() + LINGER.toNanos();
    while (!waits && !ended) {
      if (System.nanoTime() > until) {
        throw new ClientGoneException("The body of a refused request did not end.", null);
      }
      read(LINGER);
    }
    release();
  }

  /**
   * Lets go of whoever waits for the body, now and later: what still comes has no use any more, and
   * the connection is cut after the answer. Any thread may say so.
   */
  public void abandon() {
    abandoned = true;
    arrivals.release();
  }

  /** Gives the last buffer back. */
  void release() {
    Content.Chunk chunk = current;
    current = null;
    if (chunk != null) {
      chunk.release();
    }
  }

  private Content.@Nullable Chunk read(@Nullable Duration patience) throws ClientGoneException {
    release();
    if (ended) {
      return null;
    }
    touched = true;
    Content.Chunk chunk = abandoned ? null : arrived();
    while (chunk == null) {
      if (!abandoned) {
        await(patience);
      }
      if (abandoned) {
        throw new ClientGoneException("The body is of no use any more.", null);
      }
      chunk = request.read();
    }
    if (Content.Chunk.isFailure(chunk)) {
      ended = true;
      throw new ClientGoneException("The body broke off.", chunk.getFailure());
    }
    ended = chunk.isLast();
    current = chunk;
    pace.moved(chunk.remaining());
    return chunk;
  }

  /** What is there, or comes within a moment from a client that is fast. */
  private Content.@Nullable Chunk arrived() {
    Content.Chunk chunk = request.read();
    if (chunk == null && pace.gathers()) {
      chunk = request.read();
      if (chunk == null) {
        pace.stalled();
      }
    }
    return chunk;
  }

  private void await(@Nullable Duration patience) throws ClientGoneException {
    request.demand(Invocable.from(InvocationType.NON_BLOCKING, arrivals::release));
    try {
      if (patience == null) {
        arrivals.acquire();
      } else if (!arrivals.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ClientGoneException("The body of a refused request stopped coming.", null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException("Interrupted while waiting for the body.", e);
    }
  }
}
