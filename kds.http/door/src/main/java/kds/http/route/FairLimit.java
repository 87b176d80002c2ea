package kds.http.route;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kds.api.security.Caller;
import kds.http.problem.Problem;

/**
 * How much of something that costs memory may be in use at once: so much in all, and less for one
 * session, so that nobody keeps the others out. The service has one heap for all its users, and a
 * client can hold what belongs to its answer for as long as it likes by reading slowly.
 * Thread-safe.
 */
public final class FairLimit {
  private static final String RETRY_SECONDS = "5";

  private final String what;
  private final int inAll;
  private final int each;
  private final long patienceNanos;
  private final Map<String, Integer> taken = new HashMap<>();
  private int sum;

  /**
   * Makes one.
   *
   * @param what is limited, in the plural, for the refusal
   * @param inAll how much there is
   * @param each how much of it one session may have
   * @param patience how long a call waits for what others give back
   */
  public FairLimit(String what, int inAll, int each, Duration patience) {
    this.what = what;
    this.inAll = inAll;
    this.each = each;
    this.patienceNanos = patience.toNanos();
  }

  /** Some of it, until closed. Closing twice is harmless. */
  public interface Share extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes some.
   *
   * @param amount no more than one session may have
   * @throws Refusal 503 {@code busy} when too much is in use
   */
  public Share take(Caller caller, int amount) throws Refusal {
    String whose =
        caller.session() == null ? "subject " + caller.subject() : caller.session().kasmId();
    long until = System.nanoTime() + patienceNanos;
    synchronized (taken) {
      while (sum + amount > inAll || taken.getOrDefault(whose, 0) + amount > each) {
        await(until - System.nanoTime());
      }
      sum += amount;
      taken.merge(whose, amount, Integer::sum);
    }
    return new Taken(whose, amount);
  }

  private void await(long nanos) throws Refusal {
    try {
      if (nanos > 0) {
        TimeUnit.NANOSECONDS.timedWait(taken, nanos);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new Refusal(
        Problem.of(503, "busy", "There are too many " + what + " under way. Try again later.")
            .header("Retry-After", RETRY_SECONDS));
  }

  private final class Taken implements Share {
    private final String whose;
    private int amount;

    Taken(String whose, int amount) {
      this.whose = whose;
      this.amount = amount;
    }

    @Override
    public void close() {
      synchronized (taken) {
        sum -= amount;
        taken.computeIfPresent(whose, (_, before) -> before == amount ? null : before - amount);
        amount = 0;
        taken.notifyAll();
      }
    }
  }
}
