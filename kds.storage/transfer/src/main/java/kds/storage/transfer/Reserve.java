package kds.storage.transfer;

import kds.api.host.HostException;
import kds.api.host.HostUpload;
import kds.api.transfer.TransferException;

/** Sees to it that an upload leaves the space free that is to stay free. One thread at a time. */
final class Reserve {
  /** How much of an upload of unknown size may come between two looks. */
  private static final long STRIDE = 16L << 20;

  private final HostUpload file;
  private final long least;
  private long nextLook;

  /**
   * Makes one.
   *
   * @param least bytes that stay free, 0 for none
   * @param announced the upload's size, -1 when unknown; what was announced is judged once
   */
  Reserve(HostUpload file, long least, long announced) {
    this.file = file;
    this.least = least;
    this.nextLook = least <= 0 ? Long.MAX_VALUE : announced >= 0 ? -1 : 0;
  }

  /**
   * Looks, if it is time. To be called first before anything is written, then before each piece.
   */
  void check(long bytes) throws HostException, TransferException {
    if (bytes < nextLook || nextLook == Long.MAX_VALUE) {
      return;
    }
    nextLook = nextLook < 0 ? Long.MAX_VALUE : bytes + STRIDE;
    long spare = file.spare();
    if (spare >= 0 && spare < least) {
      throw new TransferException(
          TransferException.Reason.NO_SPACE,
          "The disk would have less than the "
              + least
              + " bytes left that this server keeps free ('min_free_space'). Remove files, or ask"
              + " the administrator.");
    }
  }
}
