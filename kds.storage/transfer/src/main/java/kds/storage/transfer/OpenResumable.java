package kds.storage.transfer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.security.Caller;
import kds.api.transfer.Place;
import kds.api.transfer.Receipt;
import kds.api.transfer.ResumableUpload;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import kds.storage.transfer.Folders.Entered;
import org.jspecify.annotations.Nullable;

/** One handle of an upload in several goes. */
final class OpenResumable implements ResumableUpload {
  private final Ledger ledger;
  private final Supplier<Admission> admission;
  private final Noted noted;
  private final Trail trail;
  private final @Nullable Entered entered;
  private final @Nullable HostPart part;
  private final @Nullable Kept kept;
  private final Meter meter;
  private boolean closed;

  /**
   * Makes one.
   *
   * @param entered the folder, null when the upload is finished
   * @param part the hidden file, null when the upload is finished
   */
  OpenResumable(
      Ledger ledger,
      Supplier<Admission> admission,
      Noted noted,
      Trail trail,
      @Nullable Entered entered,
      @Nullable HostPart part) {
    this.ledger = ledger;
    this.admission = admission;
    this.noted = noted;
    this.trail = trail;
    this.entered = entered;
    this.part = part;
    this.kept = part == null ? null : new Kept(noted, part, ledger, admission);
    UploadState state = noted.state();
    this.meter = admission.get().meter(state.caller(), state.request(), true);
  }

  /** Finds out how much there is, and makes it durable before anybody is told. */
  void begin() throws TransferException {
    if (kept != null) {
      kept.begin();
    }
  }

  @Override
  public Caller caller() {
    return noted.state().caller();
  }

  @Override
  public Place place() {
    return noted.state().place();
  }

  @Override
  public String metadata() {
    return noted.state().metadata();
  }

  @Override
  public Instant expires() {
    return noted.state().expires();
  }

  @Override
  public long offset() {
    return kept == null ? noted.state().offset() : kept.size();
  }

  @Override
  public long size() {
    return noted.state().request().size();
  }

  @Override
  public boolean partial() {
    return noted.state().isPart();
  }

  @Override
  public Optional<Receipt> receipt() {
    return Optional.ofNullable(noted.state().receipt());
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
    open().announce(size);
  }

  @Override
  public void hold() throws TransferException {
    open().hold();
  }

  @Override
  public void write(ByteBuffer from) throws TransferException {
    Kept content = open();
    meter.pass(from.remaining());
    content.write(from);
  }

  @Override
  public long sync() throws TransferException {
    open().sync();
    return noted.state().offset();
  }

  @Override
  public void takeBack() throws TransferException {
    open().takeBack();
  }

  @Override
  public Receipt finish() throws TransferException {
    Receipt before = noted.state().receipt();
    if (before != null) {
      return before;
    }
    Kept content = open();
    if (partial()) {
      throw new IllegalStateException("A part is joined with others, not published");
    }
    content.syncIfLonger();
    Receipt done =
        new Completion(
                noted,
                Objects.requireNonNull(entered),
                Objects.requireNonNull(part),
                admission.get(),
                meter,
                trail)
            .publish();
    noted.note(ledger.finished(noted.state(), done));
    return done;
  }

  @Override
  public void terminate() throws TransferException {
    UploadState before = noted.state();
    if (before.ended() == null) {
      noted.end("TERMINATED");
      if (before.receipt() == null) {
        trail.failed(place(), "TERMINATED", before.offset());
      }
    }
    abandon();
  }

  /** Appends this complete part to a whole, and tells the sum of it that was known. */
  int appendTo(OpenResumable whole, ByteBuffer room) throws TransferException {
    Kept content = open();
    content.syncIfLonger();
    if (content.size() != size()) {
      throw incomplete();
    }
    try {
      PartReader.read(Objects.requireNonNull(part)::read, 0, size(), room, whole.open()::write);
    } catch (HostException e) {
      throw noted.fault(e);
    }
    return noted.state().crc32c();
  }

  static TransferException incomplete() {
    return new TransferException(
        Reason.INCOMPLETE, "A part is not complete yet. Send the rest of it, then join them.");
  }

  /** The sum of what is durable. */
  int crc32c() {
    return noted.state().crc32c();
  }

  /** Ends a part that has become a piece of another file. */
  void endJoined() throws TransferException {
    noted.end("JOINED");
  }

  /** Keeps what the client wants to have back. */
  void remember(String metadata) throws TransferException {
    noted.note(noted.state().remembering(metadata));
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
      UploadState state = noted.state();
      if (kept != null && state.receipt() == null && state.ended() == null) {
        kept.settle();
      }
    } finally {
      abandon();
    }
  }

  /** Closes it as it is. */
  private void abandon() {
    closed = true;
    meter.close();
    if (part != null) {
      part.close();
    }
    if (entered != null) {
      entered.close();
    }
  }

  private Kept open() throws TransferException {
    if (kept == null || noted.state().receipt() != null) {
      throw new TransferException(Reason.GONE, "The upload is finished already.");
    }
    if (noted.state().ended() != null) {
      throw Ledger.gone("It has ended.");
    }
    if (closed) {
      throw new IllegalStateException("The upload was closed");
    }
    return kept;
  }
}
