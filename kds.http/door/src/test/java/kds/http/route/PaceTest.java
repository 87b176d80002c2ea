package kds.http.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.Test;

/** Who is waited for, so that more comes at a time, and who is not. */
final class PaceTest {
  private static final int MIB = 1 << 20;

  private long now;
  private int pauses;
  private long paused;
  private final Pace pace =
      new Pace(
          () -> now,
          nanos -> {
            now += nanos;
            paused = nanos;
            pauses++;
          });

  @Test
  void aClientIsFastOnceItHasSentMuchInAShortTime() {
    assertThat(pace.gathers()).as("before it has sent anything").isFalse();
    sends(MIB - 1, 10);
    assertThat(pace.gathers()).as("before a whole stretch").isFalse();
    sends(1, 0);
    assertThat(pace.gathers()).isTrue();
    assertThat(pauses).isEqualTo(1);
  }

  @Test
  void aSlowClientIsNeverWaitedFor() {
    for (int stretch = 0; stretch < 10; stretch++) {
      sends(MIB, 51);
      assertThat(pace.gathers()).isFalse();
    }
    assertThat(pauses).isZero();
  }

  @Test
  void theMomentIsAnEighthOfAStretchWithinBounds() {
    assertThat(momentAfter(1)).isEqualTo(500);
    assertThat(momentAfter(8)).isEqualTo(1000);
    assertThat(momentAfter(49)).isEqualTo(2000);
  }

  /** In microseconds. */
  private long momentAfter(int millis) {
    sends(MIB, millis);
    assertThat(pace.gathers()).isTrue();
    now -= paused;
    return TimeUnit.NANOSECONDS.toMicros(paused);
  }

  @Test
  void whoBecomesSlowIsNotWaitedForAnyMore() {
    sends(MIB, 5);
    assertThat(pace.gathers()).isTrue();
    sends(MIB, 500);
    assertThat(pace.gathers()).isFalse();
  }

  @Test
  void whoSendsNothingMeanwhileHasToShowAgainThatItIsFast() {
    sends(MIB, 5);
    assertThat(pace.gathers()).isTrue();
    pace.stalled();
    assertThat(pace.gathers()).isFalse();
    sends(MIB, 5);
    assertThat(pace.gathers()).isTrue();
  }

  @Test
  void aFastBodyIsReadAfterTheMomentWithoutBeingAskedFor() throws Exception {
    Queue<Content.Chunk> coming = new ArrayDeque<>();
    Pace filling =
        new Pace(
            () -> now,
            nanos -> {
              pauses++;
              coming.add(chunk("late", true));
            });
    coming.add(chunk("x".repeat(MIB), false));
    // Whoever asks to be told of more gets an UnsupportedOperationException from this request.
    Body body = new Body(Exchanges.request(List.of(), coming::poll), filling);

    assertThat(body.next()).isNotNull().extracting(ByteBuffer::remaining).isEqualTo(MIB);
    assertThat(body.next()).isEqualTo(ByteBuffer.wrap("late".getBytes()));
    assertThat(body.next()).isNull();
    assertThat(pauses).isEqualTo(1);
  }

  private static Content.Chunk chunk(String text, boolean last) {
    return Content.Chunk.from(ByteBuffer.wrap(text.getBytes()), last);
  }

  private void sends(int bytes, int millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    pace.moved(bytes);
  }
}
