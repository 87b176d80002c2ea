package kds.core.host.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kds.core.host.linux.Descriptors;
import kds.core.host.linux.FailedCall;
import kds.core.host.linux.Flags;
import kds.core.host.linux.Syscalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  @TempDir Path folder;

  @Test
  void keepsNothingOfWhatItCannotWatch() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "nothing ever happens here");
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    int regular = new Syscalls().open(Flags.AT_FDCWD, path, Flags.READ, 0, 0);
    Descriptors.Pipe pipe = Descriptors.pipe();
    CountDownLatch told = new CountDownLatch(1);
    try (Watch watch = new Watch()) {
      watch.start();
      assertThatThrownBy(() -> watch.once(regular, told::countDown)).isInstanceOf(FailedCall.class);
      assertThat(watch.size()).isZero();

      long key = watch.once(pipe.reading(), told::countDown);
      assertThat(watch.size()).isEqualTo(1);
      Descriptors.close(pipe.writing());
      assertThat(told.await(20, TimeUnit.SECONDS)).as("control").isTrue();
      watch.forget(pipe.reading(), key);
      assertThat(watch.size()).isZero();
    } finally {
      Descriptors.close(regular);
      Descriptors.close(pipe.reading());
    }
  }
}
