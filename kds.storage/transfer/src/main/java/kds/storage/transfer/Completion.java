package kds.storage.transfer;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;
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
      noted.note(noted.state().publishing(null, false));
    } catch (TransferException e) {
      why.addSuppressed(e);
    }
  }

  private Receipt commit() throws HostException, TransferException {
    Inspection inspection = admission.inspection();
    if (!inspection.seals()) {
      // Who is registered from here on is not asked: he would look at what can be changed still.
      return commitPart(Inspection.none());
    }
    // In a shared folder the part is the service's own already.
    return noted.state().owner() == null ? commitPart(inspection) : commitCopy(inspection);
  }

  private Receipt commitPart(Inspection inspection) throws HostException, TransferException {
    Digests digests = new Digests(Crc32cSum.text(noted.state().crc32c()), sha256(inspection));
    return commit(part, this::namePart, inspection, digests);
  }

  /**
   * Has a copy inspected and published. The part is the user's: he may have opened it long ago, and
   * what he holds open no change of its owner takes from him.
   */
  private Receipt commitCopy(Inspection inspection) throws HostException, TransferException {
    inspection.requireInspector();
    long size = part.size();
    try (HostUpload copy = entered.folder().create(noted.state().request().path(), size, true)) {
      admission.reserve(copy, size).check(0);
      Digests digests = new Digests(true);
      PartReader.<HostException>read(
          part::read,
          0,
          size,
          piece -> {
            digests.update(piece);
            copy.write(piece);
          });
      if (!digests.crc32c().equals(Crc32cSum.text(noted.state().crc32c()))) {
        throw altered();
      }
      return commit(copy, this::nameCopy, inspection, digests);
    }
  }

  /** Nothing brings back what was received, so nobody shall go on with it. */
  private TransferException altered() throws TransferException {
    noted.end("ALTERED");
    trail.failed(entered.place(), "ALTERED", noted.state().offset());
    return new TransferException(
        Reason.FAILED,
        Noted.what(noted.state())
            + ": what is there is not what was received. It was changed on the desktop, or the disk"
            + " failed. Begin a new one.");
  }

  private Receipt commit(
      HostUpload file, Publication.Naming naming, Inspection inspection, Digests digests)
      throws TransferException {
    UploadState state = noted.state();
    OnConflict rule = Objects.requireNonNull(state.request().onConflict());
    return new OpenUpload(
            state.caller(),
            state.request(),
            entered,
            file,
            new Checks(admission.limit(size()), new Reserve(file, 0, -1), inspection),
            new Publication(state.request().path(), rule, naming),
            meter,
            trail,
            digests)
        .commit();
  }

  /**
   * Each name is written down before it is tried, so that after a crash at any moment it is known
   * whether the file was published, and as what.
   */
  private void namePart(HostUpload file, String name, boolean replace)
      throws HostException, TransferException {
    noted.note(noted.state().publishing(name, false));
    file.publish(name, replace);
  }

  /**
   * The part goes as soon as the copy of it has a name. Nobody takes the part over in between: he
   * would publish it once more.
   */
  private void nameCopy(HostUpload copy, String name, boolean replace)
      throws HostException, TransferException {
    noted.whileHeld(
        () -> {
          noted.note(noted.state().publishing(name, true));
          copy.publish(name, replace);
          part.discard();
        });
  }

  private @Nullable String sha256(Inspection inspection) throws HostException {
    if (!noted.state().request().sha256() && !inspection.seals()) {
      return null;
    }
    MessageDigest digest = Digests.sha256();
    PartReader.read(part::read, 0, part.size(), digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }
}
