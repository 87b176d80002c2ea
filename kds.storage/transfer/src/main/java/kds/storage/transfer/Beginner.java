package kds.storage.transfer;

import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.security.Audit;
import kds.api.security.Caller;
import kds.api.transfer.TransferException;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;
import kds.storage.transfer.Folders.Entered;
import kds.storage.transfer.Places.Use;

/** Begins uploads in several goes: looks whether they may, then makes their states and files. */
record Beginner(
    Folders folders, Ledger ledger, Allowance allowance, Audit audit, Admission admission) {
  /**
   * What it is.
   *
   * @param key by which it will be known
   * @param metadata what the client wants to have back
   * @param partial whether it is to be joined with others
   */
  record Kind(String key, String metadata, boolean partial) {}

  UploadTicket begin(Caller caller, UploadRequest request, Kind kind) throws TransferException {
    Settings settings = admission.rules().settings();
    Trail trail = Trail.ofUpload(audit, caller, request.path());
    try {
      SessionFiles.requireAllowed(settings.allowUpload(), "Uploads");
      admission.limit(request.size()).checkAnnounced();
      admission.inspection().requireInspector();
      allowance.take(caller.subject());
      try (Entered entered = folders.enter(settings, caller, Use.UPLOAD)) {
        return begin(caller, request, kind, entered);
      }
    } catch (TransferException e) {
      trail.refused(e);
      throw e;
    }
  }

  private UploadTicket begin(Caller caller, UploadRequest request, Kind kind, Entered entered)
      throws TransferException {
    Publication publication =
        new Publication(request.path(), SessionFiles.rule(admission.rules().settings(), request));
    SessionFiles.requireFree(entered.folder(), publication);
    String name = UploadStates.name(kind.key()).orElseThrow();
    UploadState state =
        UploadState.begun(
            caller,
            new UploadRequest(
                request.path(),
                request.size(),
                publication.rule(),
                request.sha256(),
                request.mustBeNew()),
            kind.metadata(),
            entered.place(),
            folders.owner(caller, entered.place()),
            ledger.in(admission.expires()),
            ledger.boot(),
            kind.partial());
    try {
      // The state first: a hidden file that nothing knows of would stay for a month.
      ledger.save(name, state);
      HostPart part = entered.folder().keep(request.path(), state.part(), request.size());
      admission.begin(caller, request, part);
    } catch (HostException e) {
      ledger.forget(name);
      throw Faults.of(e, Noted.what(state));
    } catch (TransferException e) {
      ledger.forget(name);
      throw e;
    }
    return new UploadTicket(kind.key(), state.place(), state.expires());
  }
}
