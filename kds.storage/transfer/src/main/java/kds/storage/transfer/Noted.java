package kds.storage.transfer;

import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostException;
import kds.api.host.HostPart;
import kds.api.transfer.TransferException;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an upload that is open. More is written down only while the handle counts, so
 * that who was taken over changes nothing. One thread at a time.
 */
final class Noted {
  private final Ledger ledger;
  private final String name;
  private final @Nullable HostPart part;
  private UploadState state;

  /**
   * Makes one.
   *
   * @param part the hidden file, null when there is none any more
   */
  Noted(Ledger ledger, String name, UploadState state, @Nullable HostPart part) {
    this.ledger = ledger;
    this.name = name;
    this.state = state;
    this.part = part;
  }

  UploadState state() {
    return state;
  }

  /**
   * Writes a new state down.
   *
   * @throws TransferException {@link TransferException.Reason#TAKEN_OVER} when somebody else goes
   *     on with the upload
   */
  void note(UploadState now) throws TransferException {
    change(() -> save(now));
  }

  /**
   * Gives the space back and writes down why. Whoever takes the upload over finds both done or
   * neither; after a crash between the two the content is gone, and that is found out.
   */
  void end(String why) throws TransferException {
    if (state.publishing() != null) {
      note(state.publishing(null, false)); // or a file that is missing would be taken for published
    }
    change(
        () -> {
          if (part != null && state.receipt() == null) {
            part.discard();
          }
          save(ledger.ended(state, why));
        });
  }

  private void save(UploadState now) throws TransferException {
    ledger.save(name, now);
    state = now;
  }

  private void change(Act act) throws TransferException {
    try {
      whileHeld(act);
    } catch (HostException e) {
      throw fault(e);
    }
  }

  /** Something that is done to an upload. */
  @FunctionalInterface
  interface Act {
    void run() throws HostException, TransferException;
  }

  /**
   * Does what must not cross with the next holder's doing.
   *
   * @throws HostException {@link HostException.Reason#REVOKED} when somebody else goes on with the
   *     upload, and nothing was done; or what it failed with
   */
  void whileHeld(Act act) throws HostException, TransferException {
    if (part == null) {
      act.run();
      return;
    }
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    boolean held =
        part.ifHeld(
            () -> {
              try {
                act.run();
              } catch (HostException | TransferException e) {
                failure.set(e);
              }
            });
    switch (failure.get()) {
      case HostException e -> throw e;
      case TransferException e -> throw e;
      case null, default -> {}
    }
    if (!held) {
      throw new HostException(HostException.Reason.REVOKED, "taken over");
    }
  }

  /** A failure of the machine in the caller's words. */
  TransferException fault(HostException e) {
    return Faults.of(e, what(state));
  }

  /** What is tried, and on what. */
  static String what(UploadState state) {
    return "Upload of " + Faults.quote(state.request().path());
  }
}
