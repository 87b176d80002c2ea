package kds.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kds.api.script.RunListener;
import kds.api.script.ScriptRun;
import org.junit.jupiter.api.Test;

/** Those who follow a run: early, late, slow, and gone. */
class FollowerTest {
  private final Output output = new Output(List.of(), _ -> {});

  private void say(String text) {
    output.take(false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static ScriptRun run() {
    return new ScriptRun(
        "id",
        "session_start/x",
        null,
        "root",
        Instant.now(),
        null,
        0,
        ScriptRun.Outcome.DONE,
        "",
        0,
        "",
        "");
  }

  @Test
  void oneWhoComesLateMissesNothingAndHearsNothingTwice() throws Exception {
    // Few enough that all may wait, should the listeners' threads not run until the end.
    List<String> all = IntStream.range(0, 3000).mapToObj(i -> "line " + i).toList();
    List<Listener> listeners = new ArrayList<>();
    List<CompletableFuture<Void>> following = new ArrayList<>();
    for (int at = 0; at < all.size(); at++) {
      if (at % 400 == 7) {
        Listener listener = new Listener();
        listeners.add(listener);
        following.add(CompletableFuture.runAsync(() -> output.follow(listener)));
      }
      // In pieces, so that some come while a line is half there.
      say(all.get(at).substring(0, 3));
      say(all.get(at).substring(3) + "\n");
    }
    following.forEach(CompletableFuture::join);
    output.end(run());
    for (Listener listener : listeners) {
      assertThat(listener.end().outcome()).isEqualTo(ScriptRun.Outcome.DONE);
      assertThat(listener.lines).containsExactlyElementsOf(all);
    }
  }

  @Test
  void oneWhoComesLateToALotIsToldTheFirstTheLastAndHowManyAreLeftOut() throws Exception {
    for (int line = 0; line < 50_000; line++) {
      say("line " + line + "\n");
    }
    output.end(run());
    Listener listener = new Listener();
    output.follow(listener);
    listener.end();
    List<String> told = List.copyOf(listener.lines);
    int gap = IntStream.range(0, told.size()).filter(i -> told.get(i).startsWith("[")).sum();
    long left = Long.parseLong(told.get(gap).substring(1, told.get(gap).indexOf(' ')));
    assertThat(told.get(gap)).endsWith("lines left out]");
    assertThat(left + told.size() - 1).isEqualTo(50_000);
    for (int at = 0; at < told.size(); at++) {
      if (at != gap) {
        assertThat(told.get(at)).isEqualTo("line " + (at < gap ? at : at - 1 + left));
      }
    }
    assertThat(gap).isGreaterThan(4000);
    assertThat(told.size() - gap).isGreaterThan(4000);
  }

  @Test
  void oneWhoIsStuckCostsABoundedAmountAndHoldsNobodyUp() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    List<String> told = new ArrayList<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    RunListener slow =
        new RunListener() {
          @Override
          public void line(String line) {
            try {
              stuck.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            told.add(line);
          }

          @Override
          public void ended(ScriptRun run) {
            end.complete(null);
          }
        };
    Listener quick = new Listener();
    output.follow(slow);
    output.follow(quick);
    String line = "x".repeat(999);
    for (int at = 0; at < 2000; at++) {
      say(line + "\n");
      assertThat(quick.next()).as("line %s of the quick one", at).isEqualTo(line);
    }
    output.end(run());
    assertThat(quick.end()).isNotNull();
    assertThat(end).as("it is still stuck").isNotDone();
    stuck.countDown();
    end.get(20, TimeUnit.SECONDS);
    String notice = told.getLast();
    assertThat(notice).endsWith(" lines left out]");
    long missed = Long.parseLong(notice.substring(1, notice.indexOf(' ')));
    assertThat(missed + told.size() - 1).isEqualTo(2000);
    // One is in his hands, the others waited.
    assertThat((told.size() - 2) * 2L * 999).isLessThan(Follower.MOST_WAITING);
  }

  @Test
  void oneWhoHasLeftIsToldNothing() throws Exception {
    Listener gone = new Listener();
    Listener there = new Listener();
    try (AutoCloseable following = output.follow(gone).orElseThrow()) {
      assertThat(following).isNotNull();
      say("one\n");
      assertThat(gone.next()).isEqualTo("one");
    }
    output.follow(there);
    say("two\n");
    output.end(run());
    there.end();
    assertThat(there.lines).containsExactly("one", "two");
    assertThat(gone.lines).isEmpty();
    assertThat(gone.end).isNotDone();
  }

  @Test
  void oneWhoFailedHasNothingKeptForHim() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    Follower follower =
        new Follower(
            line -> {
              told.countDown();
              throw new IllegalStateException("as this test wants it");
            },
            List.of());
    follower.tell("one");
    follower.begun();
    told.await();
    for (int line = 0; line < 100; line++) {
      follower.tell("more");
    }
    House.until("nothing waits for him", () -> follower.waiting() == 0);
    follower.tell("still more");
    assertThat(follower.waiting()).isZero();
  }
}
