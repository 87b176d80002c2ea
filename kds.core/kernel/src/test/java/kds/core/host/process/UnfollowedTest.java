package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostCommand;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.Processes;
import org.junit.jupiter.api.Test;

/** A program that was started and cannot be followed. */
class UnfollowedTest {
  private static final HostUser SELF =
      new HostUser("self", 0, 0, List.of(), Path.of("/"), "/bin/sh");

  private static HostCommand command() {
    return new HostCommand(
        List.of("/bin/sleep", "600"),
        Map.of(),
        SELF,
        Path.of("/"),
        "unfollowed",
        Duration.ofMinutes(1),
        Duration.ZERO,
        10,
        (error, bytes) -> {});
  }

  @Test
  void isKilledAndItsPipesAreClosed() throws Exception {
    Process child = new ProcessBuilder("sleep", "600").start();
    Descriptors.Pipe out = Descriptors.pipe();
    try (Watch watch = new Watch();
        Timers timers = new Timers()) {
      watch.start();
      Program program =
          new Program(
              command(),
              child.pid(),
              Processes.pidfd(child.pid()),
              new GroupSupervisor(new MarkedGroups("kds-test")),
              timers);
      int none = -1;
      assertThatThrownBy(() -> program.follow(watch, new Buffers(), out.reading(), none))
          .isInstanceOf(IOException.class);
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(Files.exists(Path.of("/proc/self/fd/" + out.reading()), LinkOption.NOFOLLOW_LINKS))
          .isFalse();
      assertThatThrownBy(() -> program.exit().toCompletableFuture().get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(HostException.class);
    } finally {
      Descriptors.close(out.writing());
      child.destroyForcibly();
    }
  }
}
