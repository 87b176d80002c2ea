package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.security.Caller;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.api.transfer.UploadRequest.OnConflict;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One handle of an upload in several goes. */
final class OpenResumable implements ResumableUpload {
  private static final Logger LOG = LoggerFactory.getLogger(OpenResumable.class);

  /** How much a power cut costs at most of a long go. */
  private static final long CHECKPOINT = 512L << 20;

  /** In place of a boot's id: only what was written down counts. */
  private static final String NEVER = "";

  private final ResumableFiles files;
  private final String name;
  private final @Nullable Entered entered;
  private final @Nullable HostPart part;
  private final Trail trail;
  private final Meter meter;
  private final @Nullable Reserve reserve;
  private Crc32cSum sum;
  private UploadState state;
  private boolean held;
  private boolean closed;

  OpenResumable(
      ResumableFiles files,
      String name,
      UploadState state,
      @Nullable Entered entered,
      @Nullable HostPart part,
      Trail trail) {
    this.files = files;
    this.name = name;
    this.state = state;
    this.entered = entered;
    this.part = part;
    this.trail = trail;
    this.meter = files.admission().meter(state.caller(), state.request(), true);
    this.reserve = part == null ? null : files.admission().reserve(part, state.request().size());
    this.sum = new Crc32cSum(state.crc32c());
  }

  /** Finds out how much there is, and makes it durable before anybody is told. */
  void begin() throws TransferException {
    HostPart there = part;
    if (there == null) {
      return;
    }
    try {
      long length = there.size();
      boolean sameBoot = state.boot().equals(files.boot());
      long counts = sameBoot ? length : Math.min(length, state.offset());
      if (length > counts) {
        there.cut(counts);
      }
      if (counts == state.offset() && sameBoot) {
        return;
      }
      if (counts < state.offset()) {
        state = state.at(0, 0, state.boot(), state.expires());
      }
      Crc32cSum whole = new Crc32cSum(state.crc32c());
      PartReader.read(there, state.offset(), counts, whole::update);
      there.sync();
      note(state.at(counts, whole.mark(), files.boot(), files.expiry()));
      sum = whole;
    } catch (HostException e) {
      throw fault(e);
    }
  }

  @Override
  public Caller caller() {
    return state.caller();
  }

  @Override
  public Place place() {
    return state.place();
  }

  @Override
  public String metadata() {
    return state.metadata();
  }

  @Override
  public Instant expires() {
    return state.expires();
  }

  @Override
  public long offset() {
    return part == null ? state.offset() : part.size();
  }

  @Override
  public long size() {
    return state.request().size();
  }

  @Override
  public Optional<Receipt> receipt() {
    return Optional.ofNullable(state.receipt());
  }

  @Override
  public void announce(long size) throws TransferException {
    if (size() == size) {
      return;
    }
    if (size() >= 0 || size < offset()) {
      throw new TransferException(
          Reason.INCOMPLETE,
          "The size of this upload is another one, or more has come already. Begin a new one.");
    }
    files.limit(size).checkAnnounced();
    try {
      open().reserve(size);
    } catch (HostException e) {
      throw fault(e);
    }
    note(state.announced(size));
  }

  @Override
  public void hold() throws TransferException {
    if (offset() > state.offset()) {
      sync();
    }
    note(state.at(state.offset(), state.crc32c(), NEVER, state.expires()));
    held = true;
  }

  @Override
  public void write(ByteBuffer from) throws TransferException {
    HostPart there = open();
    long then = there.size() + from.remaining();
    if (size() >= 0 && then > size()) {
      throw new TransferException(
          Reason.TOO_LARGE, "More came than the " + size() + " bytes that were announced.");
    }
    files.limit(-1).checkReceived(then);
    try {
      if (reserve != null) {
        reserve.check(then);
      }
      meter.pass(from.remaining());
      sum.update(from);
      there.write(from);
    } catch (HostException e) {
      throw fault(e);
    }
    if (!held && then - state.offset() >= CHECKPOINT) {
      sync();
    }
  }

  @Override
  public long sync() throws TransferException {
    HostPart there = open();
    try {
      there.sync();
    } catch (HostException e) {
      throw fault(e);
    }
    note(state.at(there.size(), sum.mark(), files.boot(), files.expiry()));
    held = false;
    return state.offset();
  }

  @Override
  public void takeBack() throws TransferException {
    HostPart there = open();
    try {
      there.cut(state.offset());
      sum.reset();
      there.sync();
    } catch (HostException e) {
      throw fault(e);
    }
    note(state.at(state.offset(), state.crc32c(), files.boot(), state.expires()));
    held = false;
  }

  @Override
  public Receipt finish() throws TransferException {
    if (state.receipt() != null) {
      return state.receipt();
    }
    if (offset() > state.offset()) {
      sync();
    }
    HostPart there = open();
    files.limit(Math.max(size(), 0)).checkComplete(there.size());
    Receipt done;
    try {
      done = publish(there);
    } catch (HostException e) {
      throw fault(e);
    } catch (TransferException e) {
      if (e.reason() == Reason.REFUSED && e.retryAfter().isEmpty()) {
        note(state.ended("REFUSED"));
        there.discard();
        trail.failed(place(), e.reason().name(), state.offset());
      } else if (e.reason() != Reason.TAKEN_OVER) {
        forgetName(e);
      }
      throw e;
    }
    note(state.finished(done, files.receiptExpiry()));
    return done;
  }

  /** A file that has its name, but perhaps not for ever, must not be taken for a finished one. */
  private void forgetName(TransferException why) {
    try {
      note(state.publishing(null));
    } catch (TransferException e) {
      why.addSuppressed(e);
    }
  }

  private Receipt publish(HostPart there) throws HostException, TransferException {
    OnConflict rule = Objects.requireNonNull(state.request().onConflict());
    Digests digests = new Digests(Crc32cSum.text(state.crc32c()), sha256(there));
    AtomicReference<TransferException> unwritten = new AtomicReference<>();
    NotedPart noted =
        new NotedPart(
            there,
            trying -> {
              try {
                note(state.publishing(trying));
              } catch (TransferException e) {
                unwritten.set(e);
                throw new HostException(HostException.Reason.IO, e.getMessage(), e);
              }
            });
    Publication publication = new Publication(state.request().path(), rule);
    OpenUpload upload =
        new OpenUpload(
            state.caller(),
            state.request(),
            Objects.requireNonNull(entered),
            noted,
            new Checks(
                files.limit(size()), new Reserve(there, 0, -1), files.admission().inspection()),
            publication,
            meter,
            trail,
            digests);
    try {
      return upload.commit();
    } catch (TransferException e) {
      throw unwritten.get() == null ? e : unwritten.get();
    }
  }

  private @Nullable String sha256(HostPart there) throws HostException {
    if (!state.request().sha256() && !files.admission().inspection().seals()) {
      return null;
    }
    MessageDigest digest = Digests.sha256();
    PartReader.read(there, 0, there.size(), digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void terminate() throws TransferException {
    if (part != null && state.receipt() == null) {
      note(state.ended("TERMINATED"));
      part.discard();
      trail.failed(place(), "TERMINATED", state.offset());
    } else {
      files.save(name, state.ended("TERMINATED"));
    }
    abandon();
  }

  @Override
  public void whenTakenOver(Runnable action) {
    if (part != null) {
      part.whenRevoked(action);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      if (part != null && state.receipt() == null) {
        settle();
      }
    } finally {
      abandon();
    }
  }

  /** Keeps what came over a connection that broke. */
  private void settle() {
    try {
      if (held) {
        takeBack();
      } else if (offset() > state.offset()) {
        sync();
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
        note(state.at(state.offset(), state.crc32c(), NEVER, state.expires()));
      } catch (TransferException again) {
        LOG.warn("An upload is in doubt: neither its content nor its state can be written", again);
      }
    }
  }

  /** Closes it as it is. */
  void abandon() {
    closed = true;
    meter.close();
    if (part != null) {
      part.close();
    }
    if (entered != null) {
      entered.close();
    }
  }

  private HostPart open() throws TransferException {
    if (part == null || state.receipt() != null) {
      throw new TransferException(Reason.GONE, "The upload is finished already.");
    }
    if (closed) {
      throw new IllegalStateException("The upload was closed");
    }
    return part;
  }

  /** Writes a new state down, unless somebody else goes on with the upload. */
  private void note(UploadState now) throws TransferException {
    AtomicReference<TransferException> failure = new AtomicReference<>();
    boolean written =
        Objects.requireNonNull(part)
            .ifHeld(
                () -> {
                  try {
                    files.save(name, now);
                    state = now;
                  } catch (TransferException e) {
                    failure.set(e);
                  }
                });
    if (failure.get() != null) {
      throw failure.get();
    }
    if (!written) {
      throw fault(new HostException(HostException.Reason.REVOKED, "taken over"));
    }
  }

  private TransferException fault(HostException e) {
    return Faults.of(e, ResumableFiles.what(state));
  }
}
