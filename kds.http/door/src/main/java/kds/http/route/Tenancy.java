package kds.http.route;

import kds.api.capability.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Holds a call's lease until the request has completed, whatever comes first: the lease or the end.
 */
final class Tenancy {
  private @Nullable Lease<?> lease;
  private boolean over;

  /** Takes the lease; gives it back at once when the request is over already. */
  synchronized boolean take(Lease<?> taken) {
    if (over) {
      taken.close();
      return false;
    }
    lease = taken;
    return true;
  }

  /** The request has completed. */
  synchronized void end() {
    over = true;
    if (lease != null) {
      lease.close();
      lease = null;
    }
  }
}
