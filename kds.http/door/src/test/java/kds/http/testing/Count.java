package kds.http.testing;

import java.time.Duration;

/** How many of something are open; a test can wait for none. */
public final class Count {
  private int value;

  /** One more. */
  public synchronized void up() {
    value++;
    notifyAll();
  }

  /** One less. */
  public synchronized void down() {
    value--;
    notifyAll();
  }

  /** How many. */
  public synchronized int get() {
    return value;
  }

  /** Waits until there are so many; what there is in the end. */
  public synchronized int await(int wanted) throws InterruptedException {
    long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (value != wanted && System.nanoTime() < until) {
      wait(100);
    }
    return value;
  }
}
