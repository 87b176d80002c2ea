package kds.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException;
import org.junit.jupiter.api.Test;

class PartReaderTest {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /** Without its pauses nobody else would run before all have been read. */
  @Test
  void letsOthersRunWhileMoreIsReadThanThereAreProcessors() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch busy = new CountDownLatch(PROCESSORS);
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 2 * PROCESSORS; i++) {
      readers.add(Thread.ofVirtual().start(() -> readUntil(over, busy)));
    }
    assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
    CountDownLatch ran = new CountDownLatch(1);
    Thread newcomer = Thread.ofVirtual().start(ran::countDown);
    boolean could = ran.await(20, TimeUnit.SECONDS);
    over.set(true);
    for (Thread reader : readers) {
      reader.join();
    }
    newcomer.join();
    assertThat(could).isTrue();
  }

  /** A file without end, from memory. */
  private static void readUntil(AtomicBoolean over, CountDownLatch busy) {
    try {
      PartReader.<HostException>read(
          (into, _) -> {
            busy.countDown();
            into.position(into.limit());
            return into.limit();
          },
          0,
          Long.MAX_VALUE,
          ByteBuffer.allocate(1 << 10),
          _ -> {
            if (over.get()) {
              throw new HostException(HostException.Reason.IO, "It is over");
            }
          });
    } catch (HostException _) {
      // It is over.
    }
  }
}
