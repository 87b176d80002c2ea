package kds.storage.transfer;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import kds.api.host.HostListing;

/**
 * Lists folders. While a large one is listed its entries take some 30 MB of the service's heap, so
 * no two are listed at the same time.
 */
final class Listings {
  /** How many entries a listing holds. */
  static final int MOST = 100_000;

  /** More entries make a folder a large one. */
  static final int FEW = 2000;

  private static final int PATIENCE_SECONDS = 20;
  private static final Semaphore LARGE = new Semaphore(1, true);

  private Listings() {}

  /**
   * Lists a folder.
   *
   * @throws HostException as {@link HostFolder#list}; {@link Reason#BUSY} when many large ones are
   *     asked for
   */
  static HostListing of(HostFolder folder, String path) throws HostException {
    HostListing listing = folder.list(path, FEW);
    if (listing.complete()) {
      return listing;
    }
    acquire();
    try {
      return folder.list(path, MOST);
    } finally {
      LARGE.release();
    }
  }

  private static void acquire() throws HostException {
    try {
      if (!LARGE.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new HostException(Reason.BUSY, "Other large folders are being listed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(Reason.BUSY, "The call was interrupted", e);
    }
  }
}
