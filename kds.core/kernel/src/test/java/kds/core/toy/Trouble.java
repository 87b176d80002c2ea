package kds.core.toy;

import java.util.concurrent.CountDownLatch;

/** What a toy that is out of order waits for. */
public final class Trouble {
  /** Holds up the start of a bundle that hangs. */
  public static volatile CountDownLatch latch = new CountDownLatch(0);

  private Trouble() {}
}
