package kds.core.host.linux;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
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
  private static final int MOST_WAITING = 1024;

  private final String name;
  private final int share;
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
    AtomicInteger count = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            most,
            most,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            work -> new HostThread(work, name + "-" + count.incrementAndGet()));
    threads.allowCoreThreadTimeOut(true);
  }

  /** What is done on a host thread: as the service, but for {@link HostThread#as}. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    /** Does it. */
    T on(HostThread thread) throws HostException;
  }

  /** Has one thread started and linked, so that the first caller does not wait for it. */
  public void warm() {
    threads.prestartCoreThread();
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
   * @throws HostException what the work threw; {@link Reason#BUSY} when the user's share is used up
   *     or too many wait; {@link Reason#TIMEOUT} when it was not done in time
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
    Semaphore mine = shares.computeIfAbsent(user, _ -> new Semaphore(share));
    try {
      if (!mine.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new HostException(
            Reason.BUSY,
            "All %d calls that uid %d may have under way (%s) hang; look at its file system"
                .formatted(share, user, name));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(Reason.BUSY, "The call was interrupted", e);
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    submit(mine, uses, work, answer);
    return answer;
  }

  private <T extends @Nullable Object> void submit(
      Semaphore mine, List<Descriptor> uses, Work<T> work, CompletableFuture<T> answer)
      throws HostException {
    try {
      threads.execute(() -> answer(mine, uses, work, answer));
    } catch (RejectedExecutionException e) {
      mine.release();
      String why = threads.isShutdown() ? "the service stops" : "too many calls wait; try later";
      throw new HostException(Reason.BUSY, "No thread for the file system: " + why, e);
    }
  }

  private static <T extends @Nullable Object> void answer(
      Semaphore mine, List<Descriptor> uses, Work<T> work, CompletableFuture<T> answer) {
    try {
      T result;
      try {
        result = holding(uses, work);
      } finally {
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
