package kds.http.files;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.http.problem.Problem;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import tools.jackson.databind.json.JsonMapper;

/**
 * What of a session is under way as server-sent events (HTML, "server-sent"), each time that it
 * differs from the last one. It ends when the door closes, or the caller may be served no longer.
 */
final class TransferStream {
  /** How often it looks. */
  private static final Duration PULSE = Duration.ofMillis(500);

  /** How long nothing is said before a comment shows that the stream is alive. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private static final JsonMapper JSON = new JsonMapper();

  private final Exchange exchange;
  private final Look look;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Tells what is under way. */
  @FunctionalInterface
  interface Look {
    Object now() throws Refusal;
  }

  TransferStream(Exchange exchange, Look look) {
    this.exchange = exchange;
    this.look = look;
  }

  void serve() throws ClientGoneException, Refusal {
    Object now = look.now();
    if (!exchange.events()) {
      return;
    }
    exchange.whenClosing(closing::countDown);
    exchange.end(follow(now));
  }

  /** Sends what is new; why that ended before its time, if it did. */
  private Optional<Problem> follow(Object first) throws ClientGoneException, Refusal {
    Object now = first;
    String told = "";
    long spoke = 0;
    while (true) {
      String news = JSON.writeValueAsString(now);
      if (!news.equals(told)) {
        exchange.send("event: transfers\ndata: " + news + "\n\n");
        told = news;
        spoke = System.nanoTime();
      } else if (System.nanoTime() - spoke > SILENCE.toNanos()) {
        exchange.send(": nothing new\n\n");
        spoke = System.nanoTime();
      }
      if (closes()) {
        return Optional.empty();
      }
      Optional<Problem> lost = exchange.lost();
      if (lost.isPresent()) {
        return lost;
      }
      now = look.now();
    }
  }

  /** Waits until it is time to look again; whether the door closes meanwhile. */
  private boolean closes() throws ClientGoneException {
    try {
      return closing.await(PULSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientGoneException("The service ends.", e);
    }
  }
}
