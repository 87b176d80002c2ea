package kds.storage.transfer;

import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;

/**
 * How many bytes an upload may and must have.
 *
 * @param most bytes, 0 for no limit
 * @param announced bytes, -1 when unknown
 */
record Limit(long most, long announced) {

  /** Checks what was announced, before the first byte. */
  void checkAnnounced() throws TransferException {
    if (most > 0 && announced > most) {
      throw tooLarge();
    }
  }

  /** Checks what would have come with the next bytes. */
  void checkReceived(long bytes) throws TransferException {
    if (most > 0 && bytes > most) {
      throw tooLarge();
    }
    if (announced >= 0 && bytes > announced) {
      throw incomplete("More than the announced " + announced + " bytes came.");
    }
  }

  /** Checks that all has come. */
  void checkComplete(long bytes) throws TransferException {
    if (announced >= 0 && bytes != announced) {
      throw incomplete(bytes + " of the announced " + announced + " bytes came.");
    }
  }

  private TransferException tooLarge() {
    return new TransferException(
        Reason.TOO_LARGE,
        "The file is larger than the "
            + most
            + " bytes that this server takes. Split it, or ask the administrator to raise"
            + " 'max_upload_size'.");
  }

  private static TransferException incomplete(String what) {
    return new TransferException(Reason.INCOMPLETE, what + " Nothing was kept. Send it again.");
  }
}
