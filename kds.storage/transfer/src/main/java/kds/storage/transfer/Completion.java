package kds.storage.transfer;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;

/** Publishes an upload in several goes, whose content is complete and durable. */
record Completion(
    Noted noted, Entered entered, HostPart part, Admission admission, Meter meter, Trail trail) {

  /** Publishes it. What an inspector refuses for good is ended. */
  Receipt publish() throws TransferException {
    try {
      admission.limit(Math.max(size(), 0)).checkComplete(part.size());
      return commit();
    } catch (HostException e) {
      throw noted.fault(e);
    } catch (TransferException e) {
      if (e.reason() == Reason.REFUSED && e.retryAfter().isEmpty()) {
        noted.end("REFUSED");
        trail.failed(entered.place(), e.reason().name(), noted.state().offset());
      } else if (e.reason() != Reason.TAKEN_OVER) {
        forgetName(e);
      }
      throw e;
    }
  }

  private long size() {
    return noted.state().request().size();
  }

  /** A file that has its name, but perhaps not for ever, must not be taken for a finished one. */
  private void forgetName(TransferException why) {
    if (noted.state().publishing() == null) {
      return;
    }
    try {
      noted.note(noted.state().publishing(null));
    } catch (TransferException e) {
      why.addSuppressed(e);
    }
  }

  private Receipt commit() throws HostException, TransferException {
    UploadState state = noted.state();
    OnConflict rule = Objects.requireNonNull(state.request().onConflict());
    Digests digests = new Digests(Crc32cSum.text(state.crc32c()), sha256());
    AtomicReference<TransferException> unwritten = new AtomicReference<>();
    NotedPart named = new NotedPart(part, trying -> write(trying, unwritten));
    OpenUpload upload =
        new OpenUpload(
            state.caller(),
            state.request(),
            entered,
            named,
            new Checks(admission.limit(size()), new Reserve(part, 0, -1), admission.inspection()),
            new Publication(state.request().path(), rule),
            meter,
            trail,
            digests);
    try {
      return upload.commit();
    } catch (TransferException e) {
      throw unwritten.get() == null ? e : unwritten.get();
    }
  }

  private void write(String trying, AtomicReference<TransferException> unwritten)
      throws HostException {
    try {
      noted.note(noted.state().publishing(trying));
    } catch (TransferException e) {
      unwritten.set(e);
      throw new HostException(HostException.Reason.IO, e.getMessage(), e);
    }
  }

  private @Nullable String sha256() throws HostException {
    if (!noted.state().request().sha256() && !admission.inspection().seals()) {
      return null;
    }
    MessageDigest digest = Digests.sha256();
    PartReader.read(part, 0, part.size(), digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }
}
