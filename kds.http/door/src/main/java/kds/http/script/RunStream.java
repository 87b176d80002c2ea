package kds.http.script;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import kds.api.script.Scripts;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run's output as server-sent events: first the lines so far, then each as it comes, and at last
 * how it ended, unless the caller may be served no longer before that. A client that reads slowly
 * has few lines waiting here; the capability behind leaves out what is too much, and says so. A
 * comment now and then keeps the connection from being idle; one on which nothing can be sent is
 * idle, and is closed as any other.
 */
final class RunStream implements RunListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunStream.class);
  private static final int WAITING = 16;

  /** Lines that wait are sent together, up to about so many characters. */
  private static final int AT_ONCE = 32 * 1024;

  private static final JsonMapper JSON = new JsonMapper();

  private final Exchange exchange;
  private final BlockingQueue<News> news = new ArrayBlockingQueue<>(WAITING);
  private volatile boolean closing;

  private sealed interface News {}

  private record Line(String text) implements News {}

  private record End(ScriptRun run) implements News {}

  /** The door closes: the client comes back when it is open again. */
  private record Closing() implements News {}

  RunStream(Exchange exchange) {
    this.exchange = exchange;
  }

  void serve(Scripts scripts, String runId) throws ClientGoneException {
    if (!exchange.events()) {
      return;
    }
    exchange.whenClosing(this::close);
    exchange.send(": output of run " + runId + "\n\n");
    Optional<Problem> lost;
    AutoCloseable following = scripts.follow(runId, this);
    try {
      lost = follow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException("Interrupted while waiting for output.", e);
    } finally {
      close(following, runId);
    }
    exchange.end(lost);
  }

  /** Sends what comes; why that ended before its time, if it did. */
  private Optional<Problem> follow() throws InterruptedException, ClientGoneException {
    boolean goesOn = true;
    while (goesOn && !closing) {
      News first = news.poll(exchange.pulse().toMillis(), TimeUnit.MILLISECONDS);
      Optional<Problem> lost = exchange.lost();
      if (lost.isPresent()) {
        return lost;
      }
      goesOn = tell(first);
    }
    return Optional.empty();
  }

  /** Sends what came first and what waits behind it; false when that was the end. */
  private boolean tell(@org.jspecify.annotations.Nullable News first) throws ClientGoneException {
    if (first == null) {
      exchange.send(": still here\n\n");
      return true;
    }
    StringBuilder text = new StringBuilder();
    boolean goesOn = true;
    for (News next = first; next != null; next = text.length() < AT_ONCE ? news.poll() : null) {
      switch (next) {
        case Line(String line) -> event(text, "line", Map.of("text", line));
        case End(ScriptRun run) -> {
          event(text, "ended", ScriptJson.brief(run));
          goesOn = false;
        }
        case Closing() -> goesOn = false;
      }
    }
    exchange.send(text.toString());
    return goesOn;
  }

  private static void event(StringBuilder text, String name, Object data) {
    text.append("event: ").append(name).append("\ndata: ");
    text.append(JSON.writeValueAsString(data)).append("\n\n");
  }

  /** Called by the capability's own thread, which may wait for a slow client. */
  @Override
  public void line(String line) {
    put(new Line(line));
  }

  @Override
  public void ended(ScriptRun run) {
    put(new End(run));
  }

  /** A queue that is full needs no waking. */
  private void close() {
    closing = true;
    news.offer(new Closing());
  }

  private void put(News next) {
    try {
      news.put(next);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void close(AutoCloseable following, String runId) {
    try {
      following.close();
    } catch (Exception e) {
      LOG.warn("Following run {} did not end", runId, e);
    }
    news.clear(); // Lets go a thread that waits to put.
  }
}
