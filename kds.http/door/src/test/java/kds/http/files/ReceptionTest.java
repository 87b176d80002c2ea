package kds.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import kds.api.transfer.TransferException;
import kds.http.route.Chunks;
import kds.http.route.ClientGoneException;
import org.junit.jupiter.api.Test;

class ReceptionTest {
  private final List<Integer> written = new ArrayList<>();

  @Test
  void writesNothingAgainOnceWritingFailed() {
    Intake.Writer.Sink full =
        from -> {
          written.add(from.remaining());
          from.position(from.position() + 3); // as a disk does that fills up meanwhile
          throw new TransferException(TransferException.Reason.NO_SPACE, "The disk is full.");
        };
    try (Intake.Writer writer = new Intake.Writer(full, null)) {
      assertThatThrownBy(() -> Reception.copy(body(10), writer)).hasMessage("The disk is full.");
    }
    assertThat(written).containsExactly(10);
  }

  @Test
  void keepsWhatCameOfABodyThatBreaksOff() {
    try (Intake.Writer writer = new Intake.Writer(this::take, null)) {
      assertThatThrownBy(() -> Reception.copy(brokenBody(7), writer))
          .isInstanceOf(ClientGoneException.class);
    }
    assertThat(written).containsExactly(7);
  }

  private void take(ByteBuffer from) {
    written.add(from.remaining());
    from.position(from.limit());
  }

  private static Chunks body(int bytes) {
    Deque<ByteBuffer> pieces = new ArrayDeque<>(List.of(ByteBuffer.allocate(bytes)));
    return pieces::poll;
  }

  private static Chunks brokenBody(int bytes) {
    Deque<ByteBuffer> pieces = new ArrayDeque<>(List.of(ByteBuffer.allocate(bytes)));
    return () -> {
      if (pieces.isEmpty()) {
        throw new ClientGoneException("The body broke off.", null);
      }
      return pieces.poll();
    };
  }
}
