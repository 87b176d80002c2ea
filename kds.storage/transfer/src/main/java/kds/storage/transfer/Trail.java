package kds.storage.transfer;

import java.util.HashMap;
import java.util.Map;
import kds.api.security.Audit;
import kds.api.security.AuditRecord;
import kds.api.security.AuditRecord.Outcome;
import kds.api.security.Caller;
import kds.api.session.Session;
import kds.api.transfer.Place;
import kds.api.transfer.TransferException;

/** Writes the audit records of one transfer. Thread-safe. */
final class Trail {
  private final Audit audit;
  private final Caller caller;
  private final String act;
  private final String path;

  private Trail(Audit audit, Caller caller, String act, String path) {
    this.audit = audit;
    this.caller = caller;
    this.act = act;
    this.path = path;
  }

  static Trail ofUpload(Audit audit, Caller caller, String path) {
    return new Trail(audit, caller, "file.upload", path);
  }

  static Trail ofDownload(Audit audit, Caller caller, String path) {
    return new Trail(audit, caller, "file.download", path);
  }

  /** It was done. */
  void done(Place place, String where, Map<String, String> details) {
    record(place.folder() + "/" + where, Outcome.DONE, with(details, place));
  }

  /** It was begun and did not succeed. */
  void failed(Place place, String reason, long bytes) {
    Map<String, String> details = Map.of("reason", reason, "bytes", Long.toString(bytes));
    boolean refused = reason.equals(TransferException.Reason.REFUSED.name());
    Outcome outcome = refused ? Outcome.REFUSED : Outcome.FAILED;
    record(place.folder() + "/" + path, outcome, with(details, place));
  }

  /** It was not even begun. */
  void refused(TransferException why) {
    Outcome outcome =
        switch (why.reason()) {
          case NO_SPACE, BUSY, FAILED -> Outcome.FAILED;
          default -> Outcome.REFUSED;
        };
    record(path, outcome, Map.of("reason", why.reason().name()));
  }

  private static Map<String, String> with(Map<String, String> details, Place place) {
    Map<String, String> more = new HashMap<>(details);
    more.put("place", place.reason().name());
    return more;
  }

  private void record(String target, Outcome outcome, Map<String, String> details) {
    Session session = caller.session();
    audit.record(
        new AuditRecord(
            caller.subject(),
            act,
            target,
            outcome,
            session == null ? null : session.kasmId(),
            details));
  }
}
