package kds.http.session;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import kds.api.security.Caller;
import kds.api.session.SessionEvent;
import kds.api.session.SessionReport;
import kds.api.session.Sessions;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * A session's events as server-sent events: first those that are kept, then each as it comes, until
 * the session has ended, the caller may be served no longer, the door closes or the client leaves.
 * A comment now and then keeps the connection from being idle, and finds out when nobody is there;
 * one on which nothing can be sent is idle, and is closed as any other.
 */
final class EventStream {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** How long the last events of a session that is over may be on their way. */
  private static final Duration LAST = Duration.ofSeconds(1);

  private static final int WAITING = 256;
  private static final JsonMapper JSON = new JsonMapper();

  private final Exchange exchange;
  private final Sessions sessions;
  private final String kasmId;
  // An empty one tells only that there is something to look at.
  private final BlockingQueue<Optional<SessionEvent>> news = new ArrayBlockingQueue<>(WAITING);
  private volatile boolean closing;

  EventStream(Exchange exchange, Sessions sessions, String kasmId) {
    this.exchange = exchange;
    this.sessions = sessions;
    this.kasmId = kasmId;
  }

  void serve() throws Refusal, ClientGoneException {
    long after = after();
    if (!exchange.events()) {
      return;
    }
    exchange.whenClosing(this::close);
    Optional<Problem> lost;
    AutoCloseable subscription = sessions.subscribe(Optional.of(kasmId), after, this::take);
    try {
      exchange.send(": events of session " + kasmId + "\n\n");
      lost = follow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException("Interrupted while waiting for events.", e);
    } finally {
      close(subscription);
    }
    exchange.end(lost);
  }

  /** Sends what comes; why that ended before its time, if it did. */
  private Optional<Problem> follow() throws InterruptedException, ClientGoneException {
    boolean over = false;
    while (!over && !closing) {
      // Looked at before the wait: what was told before the end is in the queue by then.
      over = isOver() && news.isEmpty();
      Optional<SessionEvent> event = next(over ? LAST : exchange.pulse());
      Optional<Problem> lost = exchange.lost();
      if (lost.isPresent() && !byThisEnd(lost.get())) {
        return lost;
      }
      if (event.isPresent()) {
        over = event.get().kind().equals("state") && event.get().text().equals("ended");
        exchange.send(text(event.get()));
      } else if (!over && !closing) {
        exchange.send(": still here\n\n");
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the token was taken back because this very session has ended: then its last events are
   * still told, and after them there are none.
   */
  private boolean byThisEnd(Problem lost) {
    Caller caller = exchange.caller();
    return lost.word().equals(Problem.REVOKED)
        && caller.session() != null
        && caller.session().kasmId().equals(kasmId)
        && sessions.find(kasmId).map(report -> report.ended() != null).orElse(true);
  }

  private Optional<SessionEvent> next(Duration wait) throws InterruptedException {
    Optional<SessionEvent> event = news.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
    return event == null ? Optional.empty() : event;
  }

  /** The door closes: the client comes back when it is open again. */
  private void close() {
    closing = true;
    news.offer(Optional.empty());
  }

  private boolean isOver() {
    return sessions
        .find(kasmId)
        .map(report -> report.state() == SessionReport.State.ENDED)
        .orElse(true);
  }

  private long after() throws Refusal {
    String last = exchange.header("Last-Event-ID");
    try {
      return last == null || last.isBlank() ? 0 : Long.parseLong(last.strip());
    } catch (NumberFormatException e) {
      throw Refusal.of(
          400, "unsupported-header", "Last-Event-ID must be the id of an event, a number.");
    }
  }

  /** Called by the subscription's own thread, which may wait for a slow client. */
  private void take(SessionEvent event) {
    try {
      news.put(Optional.of(event));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(SessionEvent event) {
    return "id: "
        + event.sequence()
        + "\nevent: "
        + event.kind()
        + "\ndata: "
        + JSON.writeValueAsString(SessionJson.of(event))
        + "\n\n";
  }

  private void close(AutoCloseable subscription) {
    try {
      subscription.close();
    } catch (Exception e) {
      LOG.warn("A subscription to the events of session {} did not end", kasmId, e);
    }
    news.clear(); // Lets go a thread that waits to put.
  }
}
