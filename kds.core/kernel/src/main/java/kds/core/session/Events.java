package kds.core.session;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kds.api.session.SessionEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last events: so many of each session, and nobody waits for a listener. Each listener has a
 * thread that hands it one event after the other; one that is slower than the events misses some,
 * which shows in their numbers.
 */
final class Events implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  private final int most;
  private final Map<String, Deque<SessionEvent>> kept = new HashMap<>();
  private boolean closed;

  /** Begins with the time, so that a number of an earlier life of the service is a smaller one. */
  private long last = System.currentTimeMillis() * 1000;

  Events(int most) {
    this.most = most;
  }

  /** From now on this session's events are kept. */
  synchronized void open(String kasmId) {
    kept.computeIfAbsent(kasmId, id -> new ArrayDeque<>());
  }

  /** Tells an event; of a session that is forgotten nothing is told. */
  synchronized void tell(String kasmId, String kind, String step, String text) {
    Deque<SessionEvent> events = kept.get(kasmId);
    if (events == null) {
      return;
    }
    SessionEvent event =
        new SessionEvent(++last, Instant.now(), kasmId, kind, step, Plain.text(text));
    events.addLast(event);
    if (events.size() > most) {
      events.removeFirst();
    }
    notifyAll();
  }

  synchronized void forget(String kasmId) {
    kept.remove(kasmId);
  }

  AutoCloseable subscribe(Optional<String> kasmId, long after, Consumer<SessionEvent> listener) {
    Subscription subscription = new Subscription(kasmId, known(after), listener);
    Thread.ofVirtual()
        .name("kds-session-events")
        .inheritInheritableThreadLocals(false)
        .start(subscription::run);
    return subscription;
  }

  /** A number that is yet to come is of an earlier life, when the clock was ahead of now. */
  private synchronized long known(long after) {
    return after > last ? 0 : after;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  private synchronized List<SessionEvent> await(Subscription by) throws InterruptedException {
    while (!closed && !by.over) {
      List<SessionEvent> news = new ArrayList<>();
      if (last > by.after) {
        if (by.kasmId.isPresent()) {
          collect(kept.get(by.kasmId.get()), by.after, news);
        } else {
          kept.values().forEach(events -> collect(events, by.after, news));
          news.sort((one, other) -> Long.compare(one.sequence(), other.sequence()));
        }
        by.after = last;
      }
      if (!news.isEmpty()) {
        return news;
      }
      wait();
    }
    return List.of();
  }

  private static void collect(
      @org.jspecify.annotations.Nullable Deque<SessionEvent> events,
      long after,
      List<SessionEvent> into) {
    if (events != null) {
      events.stream().filter(event -> event.sequence() > after).forEach(into::add);
    }
  }

  private synchronized void end(Subscription subscription) {
    subscription.over = true;
    notifyAll();
  }

  private final class Subscription implements AutoCloseable {
    private final Optional<String> kasmId;
    private final Consumer<SessionEvent> listener;
    private long after;
    private volatile boolean over;

    Subscription(Optional<String> kasmId, long after, Consumer<SessionEvent> listener) {
      this.kasmId = kasmId;
      this.after = after;
      this.listener = listener;
    }

    void run() {
      try {
        List<SessionEvent> news = await(this);
        while (!news.isEmpty()) {
          for (SessionEvent event : news) {
            if (!over) {
              listener.accept(event);
            }
          }
          news = await(this);
        }
      } catch (InterruptedException e) {
        LOG.debug("A listener of session events was interrupted", e);
      } catch (RuntimeException e) {
        LOG.warn("A listener of session events failed and hears no more", e);
      }
    }

    @Override
    public void close() {
      end(this);
    }
  }
}
