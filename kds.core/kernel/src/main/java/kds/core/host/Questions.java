package kds.core.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;

/**
 * Look-ups that may hang, made on a few threads while whoever asks waits a limited time. Those who
 * ask the same share one look-up, and its time runs from its beginning: who comes when it is up
 * does not wait at all. When every thread is held by a look-up whose time is up, nobody waits for a
 * free one. Thread-safe.
 */
final class Questions {
  private static final int MOST_WAITING = 256;

  private final int most;
  private final Duration limit;
  private final ThreadPoolExecutor threads;
  private final ConcurrentHashMap<Object, Asked<?>> underWay = new ConcurrentHashMap<>();

  /**
   * Makes a place to ask.
   *
   * @param name of the threads
   * @param most how many look-ups are made at once
   * @param limit the age from which a look-up is taken to hang
   */
  Questions(String name, int most, Duration limit) {
    this.most = most;
    this.limit = limit;
    this.threads =
        new ThreadPoolExecutor(
            most,
            most,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name(name + "-", 1).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Takes no more. What hangs is left to itself. */
  void stop() {
    threads.shutdown();
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param key equal for the same question
   * @param what is asked about, for messages
   * @param within how old the look-up may get
   * @throws HostException {@link Reason#TIMEOUT} when no answer came in time, {@link Reason#BUSY}
   *     when too much is being asked, or what the look-up threw
   */
  <T> Optional<T> ask(Object key, String what, Callable<Optional<T>> question, Duration within)
      throws HostException {
    try {
      Asked<T> mine = new Asked<>(key, question);
      Asked<T> first = begin(mine, what);
      Optional<T> answer = first.await(within);
      // "None" to a question that was asked before ours may be out of date by now.
      return answer.isEmpty() && first != mine
          ? begin(new Asked<>(key, question), what).await(within)
          : answer;
    } catch (TimeoutException e) {
      throw silence(what, within);
    } catch (RejectedExecutionException e) {
      throw new HostException(Reason.BUSY, "Too many look-ups of accounts wait; try later", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(Reason.BUSY, "The look-up was interrupted", e);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause());
    }
  }

  /** Begins a look-up, or gives the same one if it is under way already. */
  @SuppressWarnings("unchecked")
  private <T> Asked<T> begin(Asked<T> mine, String what) throws HostException {
    Asked<?> other = underWay.putIfAbsent(mine.key, mine);
    if (other != null) {
      return (Asked<T>) other;
    }
    try {
      refuseIfAllHang(what);
      threads.execute(mine);
      return mine;
    } catch (HostException | RejectedExecutionException e) {
      underWay.remove(mine.key, mine);
      mine.answer.completeExceptionally(e);
      throw e;
    }
  }

  private void refuseIfAllHang(String what) throws HostException {
    if (threads.getActiveCount() >= most
        && underWay.values().stream().filter(asked -> asked.hangs(limit)).count() >= most) {
      throw silence(what, limit);
    }
  }

  private static HostException silence(String what, Duration within) {
    return new HostException(
        Reason.TIMEOUT,
        "The directory does not answer: the name service did not tell about %s within %s s."
                .formatted(Failures.visible(what), within.toMillis() / 1000.0)
            + " Try: getent passwd");
  }

  private static HostException failure(String what, Throwable cause) {
    return switch (cause) {
      case HostException known -> known;
      case Error error -> throw error;
      default ->
          new HostException(
              Reason.IO, "The look-up of %s broke".formatted(Failures.visible(what)), cause);
    };
  }

  /** One look-up, and all who wait for it. */
  private final class Asked<T> implements Runnable {
    private final Object key;
    private final Callable<Optional<T>> question;
    private final long since = System.nanoTime();
    private final CompletableFuture<Optional<T>> answer = new CompletableFuture<>();

    /** Whether a thread makes it, or nobody ever will. */
    private final AtomicBoolean taken = new AtomicBoolean();

    Asked(Object key, Callable<Optional<T>> question) {
      this.key = key;
      this.question = question;
    }

    @Override
    public void run() {
      if (!taken.compareAndSet(false, true)) {
        return;
      }
      try {
        Optional<T> found = question.call();
        underWay.remove(key, this);
        answer.complete(found);
      } catch (Throwable e) {
        underWay.remove(key, this);
        answer.completeExceptionally(e);
      }
    }

    Optional<T> await(Duration within)
        throws InterruptedException, ExecutionException, TimeoutException {
      try {
        return answer.get(Math.max(0, within.toNanos() - age()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        withdrawUnlessTaken();
        throw e;
      }
    }

    /** One that found no thread in time is of no use later either. */
    private void withdrawUnlessTaken() {
      if (taken.compareAndSet(false, true)) {
        underWay.remove(key, this);
        threads.remove(this);
        answer.completeExceptionally(
            new HostException(Reason.BUSY, "Too many look-ups of accounts wait; try later"));
      }
    }

    boolean hangs(Duration limit) {
      return taken.get() && age() > limit.toNanos();
    }

    private long age() {
      return System.nanoTime() - since;
    }
  }
}
