package kds.storage.transfer;

import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;

/**
 * Opens the hidden file of an upload again, taking it from who has it, and finds out what became of
 * one that is not there.
 */
record Reopening(Ledger ledger) {
  /**
   * What was found.
   *
   * @param state what is known, now that nobody else changes it
   * @param part open, to be closed by the caller; null when the upload is finished or has ended
   */
  record Found(UploadState state, @Nullable HostPart part) {}

  Found reopen(String name, UploadState seen, Entered entered) throws TransferException {
    HostPart part = open(seen, entered);
    boolean found = false;
    try {
      if (part != null && state(name).publishing() != null) {
        // Who had it may have published what was opened: is it still there under its hidden name?
        part.close();
        part = open(seen, entered);
      }
      // Read again: who had the file before may have written until now.
      UploadState state = state(name);
      if (part != null && isPublished(state, entered)) {
        part.discard();
        part = null;
      }
      if (part == null) {
        state = missing(name, state);
      }
      found = true;
      return new Found(state, part);
    } finally {
      if (!found && part != null) {
        part.close();
      }
    }
  }

  /** Null when there is none. */
  private static @Nullable HostPart open(UploadState state, Entered entered)
      throws TransferException {
    try {
      return entered.folder().reopen(state.request().path(), state.part());
    } catch (HostException e) {
      if (e.reason() != HostException.Reason.NOT_FOUND) {
        throw Faults.of(e, Noted.what(state));
      }
      return null;
    }
  }

  private static boolean isPublished(UploadState state, Entered entered) throws TransferException {
    try {
      return new NamedCopy(entered).isThere(state);
    } catch (HostException e) {
      throw Faults.of(e, Noted.what(state));
    }
  }

  private UploadState state(String name) throws TransferException {
    return ledger.find(name).orElseThrow(Ledger::unknown);
  }

  private UploadState missing(String name, UploadState state) throws TransferException {
    if (state.isOver()) {
      return state;
    }
    UploadState now =
        state.publishing() == null ? ledger.ended(state, "LOST") : ledger.finished(state);
    ledger.save(name, now);
    return now;
  }
}
