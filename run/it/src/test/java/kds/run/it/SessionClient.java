package kds.run.it;

import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import kds.run.it.SessionCalls.Answer;

/**
 * A control plane that starts and ends one session after the other until the service is gone: it
 * repeats calls, ends some sessions in the middle of their start, and leaves some running.
 */
final class SessionClient implements Runnable {
  private static final int KEPT = 6;
  private static final int CUT = 4;

  private final SessionCalls calls;
  private final String user;
  private final Random random;
  private final Tales tales;
  private final Queue<String> unexpected;
  private final BooleanSupplier over;
  private boolean keeps;

  /**
   * Makes one.
   *
   * @param tales takes what it knows of each session; where none of the user's shall live on yet,
   *     it may leave one running
   * @param unexpected takes answers that it should not have got
   */
  SessionClient(
      SessionCalls calls,
      String user,
      long seed,
      Tales tales,
      Queue<String> unexpected,
      BooleanSupplier over) {
    this.calls = calls;
    this.user = user;
    this.random = new Random(seed);
    this.keeps = !tales.keeps(user);
    this.tales = tales;
    this.unexpected = unexpected;
    this.over = over;
  }

  @Override
  public void run() {
    try {
      while (!over.getAsBoolean()) {
        session();
      }
    } catch (HttpTimeoutException e) {
      unexpected.add("No answer, though the service lived: " + e);
    } catch (IOException e) {
      if (!over.getAsBoolean()) {
        unexpected.add("A connection broke, though nobody had killed the service: " + e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      unexpected.add("A client broke: " + e);
    }
  }

  private void session() throws IOException, InterruptedException {
    Tale tale = tales.begin(user);
    if (random.nextInt(CUT) == 0) {
      cut(tale);
      return;
    }
    started(tale, calls.start(tale.kasmId, user));
    if (tale.refused) {
      return;
    }
    if (random.nextInt(3) == 0) {
      expect(tale, "repeated start", calls.start(tale.kasmId, user), "running");
    }
    if (keeps && random.nextInt(KEPT) == 0) {
      tale.kept = true;
      keeps = false;
      return;
    }
    end(tale);
    if (random.nextInt(3) == 0) {
      expectEnd(tale, "repeated end", calls.end(tale.kasmId));
    }
  }

  private void started(Tale tale, Answer answer) {
    if (answer.status() == 409 && answer.body().path("type").asString("").contains("user-ending")) {
      tale.refused = true;
      return;
    }
    expect(tale, "start", answer, tale.cut ? "" : "running");
    if (!tale.cut && !answer.body().path("outcome").asString("").equals("ready")) {
      unexpected.add(tale + ": start: " + answer);
    }
    tale.started = true;
  }

  private void end(Tale tale) throws IOException, InterruptedException {
    tale.ending = true;
    expectEnd(tale, "end", calls.end(tale.kasmId));
    tale.ended = true;
  }

  /** Ends it at some moment of its start. */
  private void cut(Tale tale) throws IOException, InterruptedException {
    CompletableFuture<Void> start = new CompletableFuture<>();
    tale.cut = true;
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                started(tale, calls.start(tale.kasmId, user));
                start.complete(null);
              } catch (IOException | InterruptedException | RuntimeException e) {
                start.completeExceptionally(e);
              }
            });
    TimeUnit.MILLISECONDS.sleep(random.nextInt(600)); // The random moment: nothing is awaited.
    tale.ending = true;
    Answer end = calls.end(tale.kasmId);
    tale.ended = end.status() == 200 && !end.state().equals("unknown");
    if (!tale.ended && !end.state().equals("unknown")) {
      unexpected.add(tale + ": end in the middle of the start: " + end);
    }
    start.exceptionally(e -> null).join();
  }

  /** What takes long goes on in the background. */
  private void expectEnd(Tale tale, String what, Answer answer) {
    expect(tale, what, answer, answer.state().equals("ending") ? "ending" : "ended");
  }

  private void expect(Tale tale, String what, Answer answer, String state) {
    boolean fits = state.isEmpty() || answer.state().equals(state);
    if (answer.status() != 200 || !fits) {
      unexpected.add(tale + ": " + what + ": " + answer);
    }
  }
}
