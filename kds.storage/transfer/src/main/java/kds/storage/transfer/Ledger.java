package kds.storage.transfer;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.transfer.Receipt;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the uploads in several goes: on disk alone, for other generations of this bundle
 * know of them, too. Thread-safe.
 */
final class Ledger {
  private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

  /** How long a client that missed the last answer can still ask for the receipt. */
  private static final Duration RECEIPT_KEPT = Duration.ofHours(1);

  /** How long a client that comes back is told that its upload is gone, not that it never was. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final UploadStates states;
  private final Clock clock;
  private final String boot;

  Ledger(UploadStates states, Clock clock, String boot) {
    this.states = states;
    this.clock = clock;
    this.boot = boot;
  }

  /** Which boot of the machine this is. */
  String boot() {
    return boot;
  }

  Instant now() {
    return clock.instant();
  }

  /** A time from now, in whole seconds. */
  Instant in(Duration duration) {
    return clock.instant().plus(duration).truncatedTo(ChronoUnit.SECONDS);
  }

  /** The names of all, those that have ended among them. */
  List<String> names() throws IOException {
    return states.names();
  }

  Optional<UploadState> find(String name) throws TransferException {
    try {
      return states.read(name);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /**
   * One that can be gone on with, or that is finished.
   *
   * @throws TransferException {@link Reason#NOT_FOUND} or {@link Reason#GONE}
   */
  UploadState known(String name) throws TransferException {
    UploadState state = find(name).orElseThrow(Ledger::unknown);
    requireGoing(state);
    return state;
  }

  /**
   * Looks whether it has not ended.
   *
   * @throws TransferException {@link Reason#GONE}
   */
  void requireGoing(UploadState state) throws TransferException {
    if (state.ended() != null) {
      throw gone("It has ended: " + state.ended().toLowerCase(Locale.ROOT).replace('_', ' ') + ".");
    }
    if (!state.expires().isAfter(now())) {
      throw gone("It has expired.");
    }
  }

  /** Writes one, durably. */
  void save(String name, UploadState state) throws TransferException {
    try {
      states.write(name, state);
    } catch (IOException e) {
      throw isFull(e) ? full(e) : failed(e);
    }
  }

  /** Forgets one, if that can be; else it stays until it expires. */
  void forget(String name) {
    try {
      states.delete(name);
    } catch (IOException e) {
      LOG.debug("A state stays until it expires", e);
    }
  }

  /** It was published under the name that was being tried. */
  UploadState finished(UploadState state) {
    return finished(state, state.receiptOfPublished());
  }

  /** It was published. */
  UploadState finished(UploadState state, Receipt receipt) {
    return state.finished(receipt, in(RECEIPT_KEPT));
  }

  /** It has come to another end. */
  UploadState ended(UploadState state, String why) {
    return state.ended(why, in(REMEMBERED));
  }

  private static boolean isFull(IOException e) {
    return e.getCause() instanceof HostException host
        && (host.reason() == HostException.Reason.NO_SPACE
            || host.reason() == HostException.Reason.QUOTA);
  }

  private static TransferException full(IOException e) {
    return new TransferException(
        Reason.NO_SPACE,
        "The server's own disk is full, so nothing can be noted down about the upload. Ask the"
            + " administrator to free some space there.",
        e);
  }

  /** An upload that was never begun, or that ended long ago. */
  static TransferException unknown() {
    return new TransferException(Reason.NOT_FOUND, "There is no such upload. Begin a new one.");
  }

  static TransferException gone(String why) {
    return new TransferException(Reason.GONE, "The upload is gone. " + why + " Begin a new one.");
  }

  static TransferException failed(IOException e) {
    return new TransferException(
        Reason.FAILED, "What is known of the upload could not be read or written. Try again.", e);
  }
}
