package kds.core.session;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import kds.api.session.SessionReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sessions that are known: alive, or ended lately. Thread-safe. */
final class Register {
  private static final Logger LOG = LoggerFactory.getLogger(Register.class);

  private final Map<String, LiveSession> sessions = new ConcurrentHashMap<>();
  private final Set<String> marks = ConcurrentHashMap.newKeySet();
  private final Journal journal;
  private final Events events;

  Register(Journal journal, Events events) {
    this.journal = journal;
    this.events = events;
  }

  /** Adds a session unless there is one with its id, which is returned then. */
  @Nullable LiveSession add(LiveSession session) {
    LiveSession other = sessions.putIfAbsent(session.kasmId(), session);
    if (other == null) {
      marks.addAll(session.record().tokens());
    }
    return other;
  }

  @Nullable LiveSession get(String kasmId) {
    return sessions.get(kasmId);
  }

  Collection<LiveSession> all() {
    return sessions.values();
  }

  void remove(LiveSession session) {
    if (sessions.remove(session.kasmId(), session)) {
      marks.removeAll(session.record().tokens());
      events.forget(session.kasmId());
    }
  }

  /** Whether a token of this mark came with the request of a session that is known. */
  boolean knowsToken(String mark) {
    return marks.contains(mark);
  }

  List<SessionReport> list() {
    return sessions.values().stream()
        .map(LiveSession::report)
        .sorted(Comparator.comparing(SessionReport::started))
        .toList();
  }

  Optional<SessionReport> find(String kasmId) {
    return Optional.ofNullable(sessions.get(kasmId)).map(LiveSession::report);
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

  /** Forgets sessions that ended long ago. */
  void tidy(Duration keep) {
    Instant before = Instant.now().minus(keep);
    for (LiveSession session : sessions.values()) {
      Instant ended = session.record().ended();
      if (ended != null && ended.isBefore(before)) {
        try {
          journal.delete(session.kasmId());
          remove(session);
        } catch (IOException e) {
          LOG.warn("The journal of the ended session {} cannot be deleted", session.kasmId(), e);
        }
      }
    }
  }
}
