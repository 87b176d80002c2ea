package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import kds.api.session.SessionReport;
import kds.api.session.SessionReport.State;
import kds.api.session.Sessions.Ending;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All sessions that are known: alive, or ended lately. Of those that ended the last ones are here
 * as a whole. Of the ones before it is only known that they ended, so that their tokens are refused
 * and they do not begin again; the rest is read from their journals when somebody asks.
 * Thread-safe.
 */
final class Register {
  private static final Logger LOG = LoggerFactory.getLogger(Register.class);

  private final Map<String, LiveSession> sessions = new ConcurrentHashMap<>();
  private final Deque<LiveSession> lately = new ArrayDeque<>();
  private final Bygone bygone = new Bygone();
  private final Marks marks = new Marks();
  private final Journal journal;
  private final Events events;
  private final int most;

  /**
   * Makes an empty one.
   *
   * @param most how many ended sessions are kept as a whole
   */
  Register(Journal journal, Events events, int most) {
    this.journal = journal;
    this.events = events;
    this.most = most;
  }

  /** Adds a session unless there is one with its id, which is returned then. */
  @Nullable LiveSession add(LiveSession session) {
    LiveSession other = sessions.putIfAbsent(session.kasmId(), session);
    if (other == null) {
      marks.add(session.record().tokens());
      events.open(session.kasmId());
    }
    return other;
  }

  @Nullable LiveSession get(String kasmId) {
    return sessions.get(kasmId);
  }

  /**
   * The session that an end is asked of. One that ended before those that are kept as a whole comes
   * back when its own end left something undone that this one asks for.
   */
  @Nullable LiveSession toEnd(String kasmId, Ending how) {
    LiveSession session = sessions.get(kasmId);
    if (session != null || !bygone.knows(kasmId)) {
      return session;
    }
    try {
      SessionRecord record = journal.read(kasmId);
      return record.leavesSomethingTo(how) ? comeBack(record) : null;
    } catch (IOException | RuntimeException e) {
      LOG.warn("The journal of the ended session {} cannot be read", kasmId, e);
      return null;
    }
  }

  private LiveSession comeBack(SessionRecord record) {
    String kasmId = record.session().kasmId();
    LiveSession session = sessions.computeIfAbsent(kasmId, _ -> LiveSession.past(journal, record));
    bygone.remove(kasmId);
    events.open(kasmId);
    return session;
  }

  Collection<LiveSession> all() {
    return sessions.values();
  }

  /** How many ended sessions are kept as a whole. */
  int most() {
    return most;
  }

  /** Adds one that ended in an earlier life, before those that are kept as a whole. */
  void addBygone(SessionRecord record) {
    marks.add(record.tokens());
    bygone.add(record, 0);
  }

  /** Whether it ended before those that are kept as a whole. */
  boolean isBygone(String kasmId) {
    return bygone.knows(kasmId);
  }

  /** How many there are of those. */
  int countBygone() {
    return bygone.size();
  }

  /** A session that was never there. */
  void remove(LiveSession session) {
    if (sessions.remove(session.kasmId(), session)) {
      marks.remove(session.record().tokens());
      events.forget(session.kasmId());
    }
  }

  /** A session is over, perhaps again. Call it in the order of their ends. */
  void ended(LiveSession session) {
    LiveSession oldest = null;
    synchronized (lately) {
      lately.remove(session);
      lately.addLast(session);
      if (lately.size() > most) {
        oldest = lately.removeFirst();
      }
    }
    // One of which more is being ended comes here again.
    if (oldest != null && oldest.is(State.ENDED)) {
      bygone.add(oldest.record(), oldest.overSince());
      sessions.remove(oldest.kasmId(), oldest);
      events.forget(oldest.kasmId());
    }
  }

  boolean hasEnded(String kasmId) {
    LiveSession session = sessions.get(kasmId);
    return session == null ? bygone.knows(kasmId) : session.record().hasEnded();
  }

  /** Whether a token of this mark came with the request of a session that is known. */
  boolean knowsToken(String mark) {
    return marks.contains(mark);
  }

  /** Those that are alive, and the last that ended. */
  List<SessionReport> list() {
    return sessions.values().stream()
        .map(LiveSession::report)
        .sorted(Comparator.comparing(SessionReport::started))
        .toList();
  }

  Optional<SessionReport> find(String kasmId) {
    LiveSession session = sessions.get(kasmId);
    if (session != null) {
      return Optional.of(session.report());
    }
    if (!bygone.knows(kasmId)) {
      return Optional.empty();
    }
    try {
      return Optional.of(journal.read(kasmId).report());
    } catch (IOException | RuntimeException e) {
      LOG.warn("The journal of the ended session {} cannot be read", kasmId, e);
      return Optional.empty();
    }
  }

  /** What is amiss, by session or journal. */
  Map<String, String> troubles() {
    Map<String, String> troubles = new TreeMap<>();
    journal
        .unreadable()
        .forEach(
            (name, why) ->
                troubles.put(name, "was no journal that can be read, and is set aside: " + why));
    for (LiveSession session : sessions.values()) {
      if (!session.trouble().isEmpty()) {
        troubles.put(
            session.kasmId(), "has a journal that cannot be written: " + session.trouble());
      }
    }
    return troubles;
  }

  /**
   * Forgets sessions that ended long ago, and writes again what could not be written.
   *
   * @param now what the clock says; when it was set forward, that alone makes no session old
   */
  void tidy(Duration keep, Instant now) {
    Instant before = now.minus(keep);
    for (LiveSession session : sessions.values()) {
      Instant ended = session.record().ended();
      if (ended != null
          && session.is(State.ENDED)
          && ended.isBefore(before)
          && session.overFor().compareTo(keep) >= 0) {
        forget(session);
      } else if (!session.trouble().isEmpty() && !session.is(State.STARTING)) {
        // A start that cannot be written down is refused, and must not come back by its journal.
        session.writeIfPossible(record -> record);
      }
    }
    bygone.olderThan(keep, before).forEach(this::forgetBygone);
  }

  private void forget(LiveSession session) {
    if (deleted(session.kasmId())) {
      remove(session);
      synchronized (lately) {
        lately.remove(session);
      }
    }
  }

  private void forgetBygone(String kasmId) {
    Set<String> tokens = Set.of();
    try {
      tokens = journal.read(kasmId).tokens();
    } catch (IOException | RuntimeException e) {
      LOG.debug("The tokens of session {} stay refused until the next start", kasmId, e);
    }
    // Not before: a mark that two sessions have would be taken away at each try.
    if (deleted(kasmId)) {
      marks.remove(tokens);
      bygone.remove(kasmId);
    }
  }

  private boolean deleted(String kasmId) {
    try {
      journal.delete(kasmId);
      return true;
    } catch (IOException e) {
      LOG.warn("The journal of the ended session {} cannot be deleted", kasmId, e);
      return false;
    }
  }
}
