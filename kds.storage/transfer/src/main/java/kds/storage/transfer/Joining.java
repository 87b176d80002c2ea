package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import kds.api.host.HostException;
import kds.api.security.Caller;
import kds.api.session.Session;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest;
import kds.api.transfer.UploadTicket;

/** Joins parts to one file: they are copied one after the other, then the whole is finished. */
record Joining(Uploads uploads, Ledger ledger, Removal removal) {
  /** Two who begin one whole at the same time would leave a hidden file that nothing knows of. */
  private static final Object[] BEGINNINGS = Stream.generate(Object::new).limit(64).toArray();

  /** What uploads are begun and opened by. */
  interface Uploads {
    /** Begins the whole, under a key. */
    UploadTicket begin(Caller caller, UploadRequest request, String key) throws TransferException;

    /** Opens a part or the whole. */
    OpenResumable open(String key) throws TransferException;
  }

  /**
   * The key of the whole: known to whoever knows those of all parts, and the same when they are
   * joined once more.
   */
  static String key(List<String> parts) {
    byte[] all = ("joined " + String.join(" ", parts)).getBytes(StandardCharsets.US_ASCII);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(Digests.sha256().digest(all));
  }

  UploadTicket join(Caller caller, UploadRequest request, String metadata, List<String> parts)
      throws TransferException {
    String key = key(parts);
    String name = UploadStates.name(key).orElseThrow();
    long size;
    UploadTicket ticket;
    synchronized (BEGINNINGS[Math.floorMod(key.hashCode(), BEGINNINGS.length)]) {
      UploadState before = ledger.find(name).orElse(null);
      if (before != null && before.receipt() != null && before.ended() == null) {
        return again(caller, before, key, metadata, parts);
      }
      size = size(caller, parts);
      if (before != null && !before.isOver()) {
        // An attempt that was cut off, or that goes on for a client that has given it up.
        removal.remove(name, before, "JOINED_AGAIN", state -> !state.isOver());
      }
      ticket = uploads.begin(caller, sized(request, size), key);
    }
    try (OpenResumable whole = uploads.open(key)) {
      fill(whole, parts, size);
      settle(whole, metadata, parts);
      return new UploadTicket(key, ticket.place(), whole.expires());
    }
  }

  private UploadTicket again(
      Caller caller, UploadState before, String key, String metadata, List<String> parts)
      throws TransferException {
    requireSameSession(caller, before);
    try (OpenResumable whole = uploads.open(key)) {
      settle(whole, before.metadata().isEmpty() ? metadata : before.metadata(), parts);
    }
    return new UploadTicket(key, before.place(), before.expires());
  }

  /**
   * Gives the parts' space back once the whole is published. Done again when somebody asks again:
   * it may have been cut off. What the client wants to have back names the parts' keys, so it is
   * kept when they open nothing any more.
   */
  private void settle(OpenResumable whole, String metadata, List<String> parts)
      throws TransferException {
    for (String part : parts) {
      UploadState state = ledger.find(UploadStates.name(part).orElseThrow()).orElse(null);
      if (state != null && !state.isOver()) {
        try (OpenResumable joined = uploads.open(part)) {
          joined.endJoined();
        }
      }
    }
    if (!whole.metadata().equals(metadata)) {
      whole.remember(metadata);
    }
  }

  /** If it fails, nothing is left of the whole, and the parts are as they were. */
  private void fill(OpenResumable whole, List<String> parts, long size) throws TransferException {
    boolean finished = false;
    try {
      ByteBuffer room = PartReader.room(Math.max(1, size));
      int sum = 0;
      for (String key : parts) {
        try (OpenResumable part = uploads.open(key)) {
          sum = Crc32cSum.joined(sum, part.appendTo(whole, room), part.size());
        }
      }
      whole.sync();
      if (whole.crc32c() != sum) {
        throw Faults.of(
            new HostException(HostException.Reason.IO, "A part is not what was received"),
            "The parts of the upload");
      }
      whole.finish();
      finished = true;
    } finally {
      if (!finished) {
        whole.terminate();
      }
    }
  }

  private long size(Caller caller, List<String> parts) throws TransferException {
    long size = 0;
    for (String part : parts) {
      String name = UploadStates.name(part).orElseThrow(Ledger::unknown);
      UploadState state = ledger.known(name);
      requireSameSession(caller, state);
      if (!state.isPart()) {
        throw new TransferException(
            Reason.WRONG_KIND, "One of the uploads was not begun as a part. Send it as one.");
      }
      if (state.request().size() < 0 || state.offset() != state.request().size()) {
        throw OpenResumable.incomplete();
      }
      size += state.offset();
    }
    return size;
  }

  private static void requireSameSession(Caller caller, UploadState state)
      throws TransferException {
    Session mine = caller.session();
    Session other = state.caller().session();
    if (mine == null
        || other == null
        || !mine.kasmId().equals(other.kasmId())
        || !caller.subject().equals(state.caller().subject())) {
      throw new TransferException(
          Reason.DENIED, "One of the uploads was begun in another session. Send it in this one.");
    }
  }

  private static UploadRequest sized(UploadRequest request, long size) {
    return new UploadRequest(
        request.path(), size, request.onConflict(), request.sha256(), request.mustBeNew());
  }
}
