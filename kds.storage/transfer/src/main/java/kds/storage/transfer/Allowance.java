package kds.storage.transfer;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kds.api.transfer.TransferException;
import kds.api.transfer.TransferException.Reason;

/**
 * How many uploads one token subject may have begun and not finished: their states lie on the
 * system's disk, which nobody's quota guards. All states are counted only when what the last count
 * left is used up, and for one that has too many at most every few seconds. Thread-safe; nobody
 * waits for another subject's count.
 */
final class Allowance {
  /** How many one token subject may have. */
  static final int MOST = 1000;

  /** For so long a count stands that left nothing. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  private static final int MOST_SUBJECTS = 10_000;

  private final Ledger ledger;
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();

  Allowance(Ledger ledger) {
    this.ledger = ledger;
  }

  /**
   * Takes one.
   *
   * @throws TransferException {@link Reason#BUSY} when there are too many
   */
  void take(String subject) throws TransferException {
    if (accounts.size() >= MOST_SUBJECTS) {
      accounts.clear(); // counted anew, each when it comes
    }
    if (!accounts.computeIfAbsent(subject, Account::new).take()) {
      throw new TransferException(
          Reason.BUSY,
          "There are too many unfinished uploads (%d). Finish or end some first.".formatted(MOST));
    }
  }

  /** What one subject has left. */
  private final class Account {
    private final String subject;
    private int left;
    private Instant counted = Instant.MIN;

    Account(String subject) {
      this.subject = subject;
    }

    synchronized boolean take() throws TransferException {
      Instant now = ledger.now();
      if (left == 0 && (counted == Instant.MIN || !counted.plus(PAUSE).isAfter(now))) {
        left = Math.max(0, MOST - unfinished(subject));
        counted = now;
      }
      return left > 0 && left-- > 0;
    }
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
