package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Supplier;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of an upload in several goes: the hidden file, its sum, and how much of it counts.
 * One thread at a time.
 */
final class Kept {
  private static final Logger LOG = LoggerFactory.getLogger(Kept.class);

  /** How much a power cut costs at most of a long go. */
  private static final long CHECKPOINT = 512L << 20;

  /** In place of a boot's id: only what was written down counts. */
  private static final String NEVER = "";

  private final Noted noted;
  private final HostPart part;
  private final Ledger ledger;
  private final Supplier<Admission> admission;
  private final Reserve reserve;
  private Crc32cSum sum;
  private boolean held;

  Kept(Noted noted, HostPart part, Ledger ledger, Supplier<Admission> admission) {
    this.noted = noted;
    this.part = part;
    this.ledger = ledger;
    this.admission = admission;
    this.reserve = admission.get().reserve(part, noted.state().request().size());
    this.sum = new Crc32cSum(noted.state().crc32c());
  }

  /** Finds out how much there is, and makes it durable before anybody is told. */
  void begin() throws TransferException {
    UploadState state = noted.state();
    try {
      long length = part.size();
      boolean sameBoot = state.boot().equals(ledger.boot());
      long counts = sameBoot ? length : Math.min(length, state.offset());
      if (length > counts) {
        part.cut(counts);
      }
      if (counts == state.offset() && sameBoot) {
        return;
      }
      boolean shorter = counts < state.offset();
      long known = shorter ? 0 : state.offset();
      Crc32cSum whole = new Crc32cSum(shorter ? 0 : state.crc32c());
      PartReader.read(part::read, known, counts, whole::update);
      part.sync();
      noted.note(state.at(counts, whole.mark(), ledger.boot(), expiry()));
      sum = whole;
    } catch (HostException e) {
      throw noted.fault(e);
    }
  }

  /** Bytes there are. */
  long size() {
    return part.size();
  }

  void announce(long size) throws TransferException {
    admission.get().limit(size).checkAnnounced();
    try {
      part.reserve(size);
    } catch (HostException e) {
      throw noted.fault(e);
    }
    noted.note(noted.state().announced(size));
  }

  /** What comes from here on does not count until {@link #sync}. */
  void hold() throws TransferException {
    syncIfLonger();
    noteUnverified();
    held = true;
  }

  void write(ByteBuffer from) throws TransferException {
    UploadState state = noted.state();
    long size = state.request().size();
    long then = part.size() + from.remaining();
    if (size >= 0 && then > size) {
      throw new TransferException(
          Reason.TOO_LARGE, "More came than the " + size + " bytes that were announced.");
    }
    admission.get().limit(-1).checkReceived(then);
    try {
      reserve.check(then);
      sum.update(from);
      part.write(from);
    } catch (HostException e) {
      throw noted.fault(e);
    }
    if (held && isOld()) {
      noteUnverified();
    } else if (!held && (then - state.offset() >= CHECKPOINT || isOld())) {
      sync();
    }
  }

  /** Makes what has come durable. */
  void sync() throws TransferException {
    try {
      part.sync();
    } catch (HostException e) {
      throw noted.fault(e);
    }
    noted.note(noted.state().at(part.size(), sum.mark(), ledger.boot(), expiry()));
    held = false;
  }

  void syncIfLonger() throws TransferException {
    if (part.size() > noted.state().offset()) {
      sync();
    }
  }

  /** Forgets what came since the last {@link #sync}. */
  void takeBack() throws TransferException {
    UploadState state = noted.state();
    try {
      part.cut(state.offset());
      sum.reset();
      part.sync();
    } catch (HostException e) {
      throw noted.fault(e);
    }
    noted.note(state.at(state.offset(), state.crc32c(), ledger.boot(), state.expires()));
    held = false;
  }

  /** Keeps what came over a connection that broke. */
  void settle() {
    try {
      if (held) {
        takeBack();
      } else {
        syncIfLonger();
      }
    } catch (TransferException e) {
      LOG.debug("What came last is not kept", e);
      if (e.reason() != Reason.TAKEN_OVER) {
        takeBackOrDoubt();
      }
    }
  }

  /** What could not be made durable must not count, whatever the file's length says. */
  private void takeBackOrDoubt() {
    try {
      takeBack();
    } catch (TransferException e) {
      try {
        noteUnverified();
      } catch (TransferException again) {
        LOG.warn("An upload is in doubt: neither its content nor its state can be written", again);
      }
    }
  }

  private void noteUnverified() throws TransferException {
    UploadState state = noted.state();
    noted.note(state.at(state.offset(), state.crc32c(), NEVER, held ? expiry() : state.expires()));
  }

  /** Whether it would expire though bytes are coming. */
  private boolean isOld() {
    Instant half = noted.state().expires().minus(admission.get().expires().dividedBy(2));
    return ledger.now().isAfter(half);
  }

  private Instant expiry() {
    return ledger.in(admission.get().expires());
  }
}
