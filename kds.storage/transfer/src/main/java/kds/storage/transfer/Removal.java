package kds.storage.transfer;

import java.util.function.Predicate;
import kds.api.host.HostPart;
import kds.api.security.Audit;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Folders.Entered;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends an unfinished upload that nobody is to go on with, and gives its space back. */
record Removal(Folders folders, Ledger ledger, Audit audit) {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

  /**
   * Ends one.
   *
   * @param why a word for the audit, and for a client that comes back
   * @param still asked once nobody else has the upload any more: it may have gone on meanwhile
   * @return whether it was ended by this call
   */
  boolean remove(String name, UploadState seen, String why, Predicate<UploadState> still)
      throws TransferException {
    try (Entered entered = folders.enterAgain(seen.place(), seen.owner())) {
      Reopening.Found found = new Reopening(ledger).reopen(name, seen, entered);
      try (HostPart part = found.part()) {
        UploadState now = found.state();
        if (part == null || now.isOver() || !still.test(now)) {
          return false;
        }
        new Noted(ledger, name, now, part).end(why);
      }
    } catch (TransferException e) {
      switch (e.reason()) {
        case BUSY, FAILED, TAKEN_OVER -> throw e;
        default -> LOG.info("The content of an upload went with its account", e);
      }
      ledger.save(name, ledger.ended(seen, why));
    }
    Trail.ofUpload(audit, seen.caller(), seen.request().path())
        .failed(seen.place(), why, seen.offset());
    return true;
  }
}
