package kds.storage.transfer;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;

/**
 * How many uploads one token subject may have begun and not finished: their states lie on the
 * system's disk, which nobody's quota guards. All states are counted only when what the last count
 * left is used up, and for one that has too many at most once a second. Thread-safe.
 */
final class Allowance {
  /** How many one token subject may have. */
  static final int MOST = 1000;

  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int MOST_SUBJECTS = 10_000;

  private final Ledger ledger;
  private final Map<String, Left> left = new HashMap<>();

  /** What a count left. */
  private record Left(int uploads, Instant counted) {}

  Allowance(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Takes one.
   *
   * @throws TransferException {@link Reason#BUSY} when there are too many
   */
  synchronized void take(String subject) throws TransferException {
    Left now = left.get(subject);
    boolean empty = now == null || now.uploads() == 0;
    if (empty && (now == null || !now.counted().plus(PAUSE).isAfter(ledger.now()))) {
      now = new Left(Math.max(0, MOST - unfinished(subject)), ledger.now());
    }
    if (now.uploads() > 0) {
      now = new Left(now.uploads() - 1, now.counted());
      put(subject, now);
      return;
    }
    put(subject, now);
    throw new TransferException(
        Reason.BUSY,
        "There are too many unfinished uploads (%d). Finish or end some first.".formatted(MOST));
  }

  private void put(String subject, Left now) {
    if (left.size() >= MOST_SUBJECTS) {
      left.clear();
    }
    left.put(subject, now);
  }

  private int unfinished(String subject) throws TransferException {
    int unfinished = 0;
    try {
      for (String name : ledger.names()) {
        if (isUnfinished(name, subject)) {
          unfinished++;
        }
      }
    } catch (IOException e) {
      throw Ledger.failed(e);
    }
    return unfinished;
  }

  private boolean isUnfinished(String name, String subject) {
    try {
      UploadState state = ledger.find(name).orElse(null);
      return state != null && !state.isOver() && state.caller().subject().equals(subject);
    } catch (TransferException e) {
      return false; // One that cannot be read keeps nobody from beginning another.
    }
  }
}
