package kds.core.host;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import kds.api.host.HostException;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.HostThreads;
import kds.core.host.linux.HostThreads.Work;
import kds.core.host.linux.Syscalls;
import org.jspecify.annotations.Nullable;

/**
 * The threads that files are worked on with, two kinds of them, so that a storm of slow writing
 * does not keep anybody from opening a file.
 */
final class Workers {
  private static final int OPENERS = 16;
  private static final int OPENERS_EACH = 4;
  private static final int MOVERS = 64;
  private static final int MOVERS_EACH = 16;
  private static final Duration OPEN_LIMIT = Duration.ofSeconds(30);

  /** An fsync of what a slow device has yet to write takes minutes; a dead device, for ever. */
  private static final Duration MOVE_LIMIT = Duration.ofMinutes(10);

  private final HostThreads openers = new HostThreads("kds-host", OPENERS, OPENERS_EACH);
  private final HostThreads movers = new HostThreads("kds-io", MOVERS, MOVERS_EACH);
  private final Semaphore inPlace = new Semaphore(carriers() / 2);
  private final Queue<Syscalls> idle = new ConcurrentLinkedQueue<>();

  private final boolean namesEverything;

  Workers(boolean namesEverything) {
    this.namesEverything = namesEverything;
  }

  void stop() {
    openers.stop();
    movers.stop();
  }

  /** Opens, names, lists: short. */
  <T extends @Nullable Object> T open(long uid, List<Descriptor> uses, Work<T> work)
      throws HostException {
    return openers.call(uid, OPEN_LIMIT, uses, work);
  }

  /** Reads, writes, reserves, makes durable: as long as the device takes. */
  <T extends @Nullable Object> T move(long uid, Descriptor file, Work<T> work)
      throws HostException {
    return movers.call(uid, MOVE_LIMIT, List.of(file), work);
  }

  /** Reads or writes with the caller's own buffer, which must not be left behind: to the end. */
  long copy(long uid, Descriptor file, Work<Long> work) throws HostException {
    return movers.callToTheEnd(uid, MOVE_LIMIT, List.of(file), work);
  }

  /** Does something in the background, if there is a thread for it. */
  boolean later(long uid, Descriptor file, Work<?> work) {
    return movers.later(uid, List.of(file), work);
  }

  /** Whether even unfinished files get a name, as where the file system cannot do without. */
  boolean namesEverything() {
    return namesEverything;
  }

  /**
   * Whether the calling thread may block in a write itself. A platform thread may. A virtual one
   * takes its carrier with it, so only half of those are ever given away; ask {@link #leave} after.
   */
  boolean mayBlock() {
    return !Thread.currentThread().isVirtual() || inPlace.tryAcquire();
  }

  /** Calls of the kernel that are expected not to wait. */
  @FunctionalInterface
  interface Brief<T> {
    /** Makes them; null when they would have to wait, or failed. */
    @Nullable T by(Syscalls os);
  }

  /**
   * Makes such calls in the calling thread, a virtual one, as the service itself.
   *
   * @return null when not here and now; then a host thread is to do it
   */
  <T> @Nullable T here(Brief<T> work) {
    if (!Thread.currentThread().isVirtual() || !inPlace.tryAcquire()) {
      return null;
    }
    try {
      return by(work);
    } finally {
      inPlace.release();
    }
  }

  /**
   * The same with calls that cannot wait.
   *
   * @return null when this is no virtual thread, or when the calls returned it
   */
  <T> @Nullable T atOnce(Brief<T> work) {
    return Thread.currentThread().isVirtual() ? by(work) : null;
  }

  private <T> @Nullable T by(Brief<T> work) {
    Syscalls free = idle.poll();
    Syscalls os = free == null ? new Syscalls() : free;
    try {
      return work.by(os);
    } finally {
      idle.add(os);
    }
  }

  /** Ends what {@link #mayBlock} allowed. */
  void leave() {
    if (Thread.currentThread().isVirtual()) {
      inPlace.release();
    }
  }

  private static int carriers() {
    return Integer.getInteger(
        "jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());
  }
}
