package kds.storage.transfer;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.security.Audit;
import kds.api.transfer.TransferException;
import kds.storage.transfer.Folders.Entered;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends an upload whose time is over, and gives its space back. */
record Expiry(ResumableFiles files, Folders folders, UploadStates states, Audit audit) {
  private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);

  /** How long a client that comes back is told that its upload is gone, not that it never was. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  void look(String name, Instant now) {
    try {
      UploadState state = states.read(name).orElse(null);
      if (state == null || state.expires().isAfter(now)) {
        return;
      }
      if (state.receipt() == null && state.ended() == null) {
        end(name, state);
      } else if (state.receipt() != null || state.expires().plus(REMEMBERED).isBefore(now)) {
        states.delete(name);
      }
    } catch (IOException | TransferException e) {
      LOG.warn("An expired upload could not be removed; tried again soon", e);
    }
  }

  private void end(String name, UploadState state) throws TransferException {
    try (Entered entered = folders.enterAgain(state.place(), state.owner())) {
      HostPart part = entered.folder().reopen(state.request().path(), state.part());
      part.discard();
    } catch (HostException e) {
      if (e.reason() != HostException.Reason.NOT_FOUND) {
        throw Faults.of(e, ResumableFiles.what(state));
      }
      if (state.publishing() != null) {
        files.save(name, state.finished(state.receiptOfPublished(), files.receiptExpiry()));
        return;
      }
    } catch (TransferException e) {
      switch (e.reason()) {
        case BUSY, FAILED -> throw e;
        default -> LOG.info("The content of an expired upload went with its account", e);
      }
    }
    files.save(name, state.ended("EXPIRED"));
    Trail.ofUpload(audit, state.caller(), state.request().path())
        .failed(state.place(), "EXPIRED", state.offset());
  }
}
