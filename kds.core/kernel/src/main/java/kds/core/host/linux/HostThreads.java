package kds.core.host.linux;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A bounded set of {@link HostThread}s that work while the caller, most often a virtual thread,
 * waits without holding a carrier. Thread-safe.
 *
 * <p>A file system may hang for ever (a dead NFS server). Nobody may take all threads down with it:
 * each user has a small share, and a caller waits a limited time. What a call that was given up
 * still brings is closed.
 */
public final class HostThreads {
  private final String name;
  private final int share;
  private final Semaphore places;
  private final ThreadPoolExecutor threads;
  private final ConcurrentHashMap<Long, Semaphore> shares = new ConcurrentHashMap<>();

  /**
   * Makes the set; it starts threads when there is work.
   *
   * @param name what the threads are called
   * @param most how many threads at the most
   * @param share how many of them one user may occupy
   */
  public HostThreads(String name, int most, int share) {
    this.name = name;
    this.share = share;
    this.places = new Semaphore(most);
    AtomicInteger count = new AtomicInteger();
    // No bound of its own, as every piece of work has a place: an idle thread is used before a new
    // one is made.
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            60,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            work -> new HostThread(work, name + "-" + count.incrementAndGet()));
  }

  /** What is done on a host thread: as the service, but for {@link HostThread#as}. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    /** Does it. */
    T on(HostThread thread) throws HostException;
  }

  /** Takes no more work. What is under way ends in its own time. */
  public void stop() {
    threads.shutdown();
  }

  /**
   * Has work done and waits a limited time for it.
   *
   * @param user whose share of the threads is used
   * @param limit how long to wait
   * @param uses descriptors held meanwhile, even when the caller has given up
   * @throws HostException what the work threw; {@link Reason#BUSY} when no thread became free in
   *     time; {@link Reason#TIMEOUT} when it was not done in time
   */
  public <T extends @Nullable Object> T call(
      long user, Duration limit, List<Descriptor> uses, Work<T> work) throws HostException {
    long deadline = System.nanoTime() + limit.toNanos();
    CompletableFuture<T> answer = submit(user, limit, uses, work);
    try {
      return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return abandon(answer, Reason.BUSY, "The call was interrupted", e);
    } catch (TimeoutException e) {
      String message = "The file system of uid %d did not answer within %s".formatted(user, limit);
      return abandon(answer, Reason.TIMEOUT, message, e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  /**
   * Has work done that uses memory of the caller, and therefore waits for its end in all cases.
   *
   * @param limit how long to wait until it begins
   */
  public <T extends @Nullable Object> T callToTheEnd(
      long user, Duration limit, List<Descriptor> uses, Work<T> work) throws HostException {
    try {
      return submit(user, limit, uses, work).join();
    } catch (CompletionException e) {
      throw failure(e.getCause());
    }
  }

  /** Has work done some time, if a thread is free for it; its failure is not told; false if not. */
  public boolean later(long user, List<Descriptor> uses, Work<?> work) {
    try {
      submit(user, Duration.ZERO, uses, work);
      return true;
    } catch (HostException _) {
      return false;
    }
  }

  private <T extends @Nullable Object> CompletableFuture<T> submit(
      long user, Duration limit, List<Descriptor> uses, Work<T> work) throws HostException {
    long deadline = System.nanoTime() + limit.toNanos();
    Semaphore mine = shares.computeIfAbsent(user, _ -> new Semaphore(share));
    acquire(mine, deadline, "that uid %d may occupy".formatted(user));
    try {
      acquire(places, deadline, "there are");
    } catch (HostException e) {
      mine.release();
      throw e;
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      threads.execute(() -> answer(mine, uses, work, answer));
    } catch (RejectedExecutionException e) {
      places.release();
      mine.release();
      throw new HostException(Reason.BUSY, "The service is stopping", e);
    }
    return answer;
  }

  private void acquire(Semaphore permits, long deadline, String which) throws HostException {
    try {
      if (permits.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(Reason.BUSY, "The call was interrupted", e);
    }
    throw new HostException(
        Reason.BUSY,
        "All threads (%s) %s wait for a file system; see whether one hangs, or try later"
            .formatted(name, which));
  }

  private <T extends @Nullable Object> void answer(
      Semaphore mine, List<Descriptor> uses, Work<T> work, CompletableFuture<T> answer) {
    try {
      T result;
      try {
        result = holding(uses, work);
      } finally {
        places.release();
        mine.release();
      }
      if (!answer.complete(result) && result instanceof AutoCloseable late) {
        late.close();
      }
    } catch (Throwable e) {
      answer.completeExceptionally(e);
    }
  }

  private static <T extends @Nullable Object> T holding(List<Descriptor> uses, Work<T> work)
      throws HostException {
    int held = 0;
    try {
      for (Descriptor each : uses) {
        if (!each.hold()) {
          throw closed();
        }
        held++;
      }
      return work.on((HostThread) Thread.currentThread());
    } finally {
      uses.subList(0, held).forEach(Descriptor::release);
    }
  }

  /** Gives a call up, unless its answer came at the last moment. */
  private static <T extends @Nullable Object> T abandon(
      CompletableFuture<T> answer, Reason reason, String message, Exception cause)
      throws HostException {
    HostException failure = new HostException(reason, message, cause);
    if (answer.completeExceptionally(failure)) {
      throw failure;
    }
    if (answer.isCompletedExceptionally()) {
      throw failure(answer.exceptionNow());
    }
    return answer.resultNow();
  }

  private static HostException failure(Throwable cause) {
    return switch (cause) {
      case HostException known -> known;
      case Error error -> throw error;
      default -> new HostException(Reason.IO, "A call to the file system broke: " + cause, cause);
    };
  }

  /** What a caller is told who uses a file or folder after closing it. */
  public static HostException closed() {
    return new HostException(Reason.IO, "The file or folder was closed already");
  }
}
