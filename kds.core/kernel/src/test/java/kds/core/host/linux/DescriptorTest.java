package kds.core.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DescriptorTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private final HostThreads threads = new HostThreads("kdst", 2, 1);

  @AfterEach
  void stop() {
    threads.stop();
  }

  private Descriptor open() throws HostException {
    return new Descriptor(
        (int)
            (long)
                threads.call(
                    0,
                    LIMIT,
                    List.of(),
                    thread ->
                        thread.as(
                            null,
                            os ->
                                os.open(
                                    Flags.AT_FDCWD,
                                    "/".getBytes(),
                                    Flags.ANCHOR,
                                    0,
                                    Flags.TRUSTED))));
  }

  private static boolean isOpen(Descriptor descriptor) {
    return Files.exists(
        Path.of("/proc/self/fd/" + descriptor.number()), java.nio.file.LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void staysOpenUntilTheLastUserLetsGo() throws Exception {
    Descriptor descriptor = open();
    assertThat(descriptor.hold()).isTrue();
    descriptor.close();
    descriptor.close();
    assertThat(isOpen(descriptor)).isTrue();
    assertThat(descriptor.hold()).isFalse();
    descriptor.release();
    assertThat(isOpen(descriptor)).isFalse();
  }

  @Test
  void isHeldForACallWhoseCallerGaveUp() throws Exception {
    Descriptor descriptor = open();
    CountDownLatch hang = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<Boolean> openDuring = new AtomicReference<>();
    assertThat(
            reason(
                Duration.ofMillis(200),
                descriptor,
                thread -> {
                  hang.await();
                  openDuring.set(isOpen(descriptor));
                  done.countDown();
                }))
        .isEqualTo(Reason.TIMEOUT);
    descriptor.close();
    hang.countDown();
    done.await();
    assertThat(openDuring.get()).isTrue();
    // The only thread of this user is free again once the call has ended and let go.
    threads.call(0, LIMIT, List.of(), _ -> 0);
    assertThat(isOpen(descriptor)).isFalse();
  }

  @Test
  void oneUsersHangingCallsLeaveRoomForOthers() throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    try (Descriptor descriptor = open()) {
      assertThat(reason(Duration.ofMillis(100), descriptor, _ -> hang.await()))
          .isEqualTo(Reason.TIMEOUT);
      assertThat(reason(Duration.ofMillis(100), descriptor, _ -> {})).isEqualTo(Reason.BUSY);
      int answer = threads.call(1, LIMIT, List.of(), _ -> 7);
      assertThat(answer).isEqualTo(7);
    } finally {
      hang.countDown();
    }
  }

  @Test
  void whatACallBringsTooLateIsClosed() throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (Descriptor descriptor = open()) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () ->
                      threads.call(
                          0,
                          Duration.ofMillis(100),
                          List.of(descriptor),
                          _ -> {
                            awaitQuietly(hang);
                            return (AutoCloseable) closed::countDown;
                          })))
          .isInstanceOf(HostException.class);
      hang.countDown();
      assertThat(closed.await(20, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }
  }

  private interface Step {
    void take(HostThread thread) throws InterruptedException;
  }

  private Reason reason(Duration limit, Descriptor descriptor, Step step) {
    try {
      threads.call(
          0,
          limit,
          List.of(descriptor),
          thread -> {
            try {
              step.take(thread);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return 0;
          });
      return null;
    } catch (HostException e) {
      return e.reason();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
