package kds.storage.transfer;

import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import kds.api.transfer.TransferException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes through all uploads: ends those whose time is over, and forgets those that ended. */
final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  /** How many that are over one token subject may leave behind; they take space of the system. */
  static final int MOST_OVER = 10_000;

  private final Ledger ledger;
  private final Removal removal;
  private final Predicate<UploadState> orphaned;
  private final int mostOver;

  /** Those that are over, of each subject, the first to be forgotten first. */
  private final Map<String, PriorityQueue<Over>> over = new HashMap<>();

  private record Over(String name, Instant until) {}

  /**
   * Makes one; it is used once.
   *
   * @param orphaned whether an upload's session is over
   * @param mostOver how many that are over are remembered of each token subject
   */
  Sweep(Ledger ledger, Removal removal, Predicate<UploadState> orphaned, int mostOver) {
    this.ledger = ledger;
    this.removal = removal;
    this.orphaned = orphaned;
    this.mostOver = mostOver;
  }

  void run() throws IOException {
    for (String name : ledger.names()) {
      try {
        UploadState state = ledger.find(name).orElse(null);
        if (state != null) {
          look(name, state);
        }
      } catch (TransferException e) {
        LOG.warn("An upload that is over could not be removed; tried again soon", e);
      }
    }
  }

  private void look(String name, UploadState state) throws TransferException {
    boolean expired = !state.expires().isAfter(ledger.now());
    if (!state.isOver()) {
      if (expired) {
        removal.remove(name, state, "EXPIRED", now -> !now.expires().isAfter(ledger.now()));
      } else if (orphaned.test(state)) {
        removal.remove(name, state, SessionUploads.ENDED, orphaned);
      }
    } else if (expired) {
      ledger.forget(name);
    } else {
      remember(name, state);
    }
  }

  private void remember(String name, UploadState state) {
    PriorityQueue<Over> all =
        over.computeIfAbsent(
            state.caller().subject(),
            subject -> new PriorityQueue<>(Comparator.comparing(Over::until)));
    all.add(new Over(name, state.expires()));
    if (all.size() > mostOver) {
      ledger.forget(all.remove().name());
    }
  }
}
