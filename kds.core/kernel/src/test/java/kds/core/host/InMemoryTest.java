package kds.core.host;

import static kds.core.host.Host.direct;
import static kds.core.host.Host.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in memory is moved in the calling thread, because it waits for no device. */
class InMemoryTest {
  private final NssUsers users = new NssUsers();
  private final Workers workers = new Workers(false);
  private final LinuxHostFiles files = new LinuxHostFiles(users, users, workers);

  @AfterEach
  void stop() {
    files.stop();
    users.stop();
  }

  @Test
  void neitherWritingNorReadingNeedsAHostThread(@TempDir Path base) throws Exception {
    TestUser.requireRoot();
    TestUser.run("mount", "-t", "tmpfs", "-o", "size=1m", "kds-test", base.toString());
    try {
      Files.writeString(base.resolve("there"), "read");
      assertThat(inVirtualThread(() -> movesWithoutHostThreads(base))).isEqualTo("read");
    } finally {
      TestUser.run("umount", "-l", base.toString());
    }
  }

  /** The control: a loop device, made here because a temporary folder may lie in memory. */
  @Test
  void whatIsOnADeviceDoesWhenTooManyWaitAlready(@TempDir Path base) throws Exception {
    TestUser.requireRoot();
    Path image = base.resolve("image");
    Path mounted = Files.createDirectory(base.resolve("mounted"));
    TestUser.run("truncate", "-s", "8M", image.toString());
    TestUser.run("mkfs.ext4", "-q", "-F", image.toString());
    TestUser.run("mount", "-o", "loop", image.toString(), mounted.toString());
    try {
      Files.writeString(mounted.resolve("there"), "read");
      assertThat(refusal(() -> inVirtualThread(() -> movesWithoutHostThreads(mounted))))
          .isEqualTo(Reason.BUSY);
    } finally {
      TestUser.run("umount", mounted.toString());
    }
  }

  private String movesWithoutHostThreads(Path folder) throws Exception {
    try (HostFolder entered = files.enterShared(folder);
        HostFile first = entered.open("there"); // learns where it lies
        HostFile file = entered.open("there");
        HostUpload upload = entered.create("new", 7)) { // reserves it, by a host thread
      assertThat(first.size()).isEqualTo(4);
      while (workers.mayBlock()) {}
      workers.stop();
      upload.write(direct("written"));
      assertThat(upload.size()).isEqualTo(7);
      ByteBuffer into = ByteBuffer.allocateDirect(8);
      file.read(into, 0);
      return StandardCharsets.US_ASCII.decode(into.flip()).toString();
    }
  }

  private static <T extends @Nullable Object> T inVirtualThread(Callable<T> work) throws Exception {
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      return tasks.submit(work).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception known ? known : e;
    }
  }
}
