package kds.http.files;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.http.route.ClientGoneException;
import kds.http.route.Exchange;
import kds.http.route.Refusal;
import tools.jackson.databind.json.JsonMapper;

/**
 * What of a session is under way as server-sent events (HTML, "server-sent"), each time that it
 * differs from the last one. It ends when the door closes.
 */
final class TransferStream {
  /** How often it looks. */
  private static final Duration PULSE = Duration.ofMillis(500);

  /** How long nothing is said before a comment shows that the stream is alive. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  /** It ends after this, so that its token is looked at again; clients reconnect. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

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
    follow(now);
    exchange.empty();
  }

  private void follow(Object first) throws ClientGoneException, Refusal {
    Object now = first;
    String told = "";
    long end = System.nanoTime() + LONGEST.toNanos();
    long spoke = 0;
    while (true) {
      String news = JSON.writeValueAsString(now);
      if (!news.equals(told)) {
        say("event: transfers\ndata: " + news + "\n\n");
        told = news;
        spoke = System.nanoTime();
      } else if (System.nanoTime() - spoke > SILENCE.toNanos()) {
        say(": nothing new\n\n");
        spoke = System.nanoTime();
      }
      if (closes() || System.nanoTime() >= end) {
        return;
      }
      now = look.now();
    }
  }

  private void say(String text) throws ClientGoneException {
    exchange.write(false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
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
