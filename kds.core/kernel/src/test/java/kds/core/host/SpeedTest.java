package kds.core.host;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Figures, on demand: {@code -Dtest=SpeedTest -Dkds.speed=true}. */
class SpeedTest {
  private static final Logger LOG = LoggerFactory.getLogger(SpeedTest.class);
  private static final long BYTES = 512L << 20;

  @Test
  void printsFigures() throws Exception {
    if (!Boolean.getBoolean("kds.speed")) {
      TestUser.skip("measures only when asked: -Dkds.speed=true");
    }
    try (TestUser user = TestUser.make();
        Host host = new Host();
        HostFolder home = host.downloads(user)) {
      calls(host, user, home);
      throughput("home on ext4", home);
      Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "kdst-");
      try (HostFolder shared = host.files.enterShared(memory)) {
        throughput("shared on tmpfs", shared);
      } finally {
        TestUser.deleteTree(memory);
      }
    }
  }

  private static void calls(Host host, TestUser user, HostFolder home) throws Exception {
    Host.write(home, "small", "small");
    for (boolean virtual : new boolean[] {false, true}) {
      run(virtual, () -> each("open+fstat+close", 20_000, () -> home.open("small").close()));
      run(virtual, () -> each("enter home+close", 20_000, () -> host.downloads(user).close()));
      run(virtual, () -> each("look a user up", 20_000, () -> host.users.byName(user.name())));
      run(
          virtual,
          () -> {
            int[] i = {0};
            String prefix = virtual ? "v" : "p";
            return each("upload 5 bytes", 300, () -> Host.write(home, prefix + i[0]++, "small"));
          });
      run(virtual, () -> each("list 600 files", 300, () -> home.list("", 10_000)));
    }
  }

  private interface Step {
    void take() throws Exception;
  }

  private static Void each(String what, int times, Step step) throws Exception {
    long[] nanos = new long[times];
    for (int i = -times / 2; i < times; i++) {
      long start = System.nanoTime();
      step.take();
      if (i >= 0) {
        nanos[i] = System.nanoTime() - start;
      }
    }
    java.util.Arrays.sort(nanos);
    LOG.info(
        "{} ({}): median {} us, p99 {} us",
        what,
        Thread.currentThread().isVirtual() ? "virtual" : "platform",
        nanos[times / 2] / 1000.0,
        nanos[times * 99 / 100] / 1000.0);
    return null;
  }

  private static void throughput(String where, HostFolder folder) throws Exception {
    for (int size : new int[] {64 << 10, 256 << 10, 1 << 20}) {
      for (boolean virtual : new boolean[] {false, true}) {
        for (long announced : new long[] {BYTES, -1}) {
          run(virtual, () -> write(where, folder, size, announced));
        }
        run(virtual, () -> read(where, folder, size));
      }
    }
  }

  private static Void write(String where, HostFolder folder, int size, long announced)
      throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(size);
    for (int round = 0; round < 3; round++) {
      long start = System.nanoTime();
      try (HostUpload upload = folder.create("large", announced)) {
        long created = System.nanoTime();
        for (long at = 0; at < BYTES; at += size) {
          upload.write(buffer.clear());
        }
        long written = System.nanoTime();
        upload.publish("large", true);
        long done = System.nanoTime();
        if (round == 2) {
          LOG.info(
              "{}: write {} KiB {} {}: create {} ms, write {} GB/s, publish {} ms",
              where,
              size >> 10,
              kind(),
              announced < 0 ? "unannounced" : "announced",
              (created - start) / 1_000_000,
              gigabytes(written - created),
              (done - written) / 1_000_000);
        }
      }
    }
    return null;
  }

  private static Void read(String where, HostFolder folder, int size) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocateDirect(size);
    try (HostFile file = folder.open("large")) {
      for (int round = 0; round < 3; round++) {
        long start = System.nanoTime();
        long at = 0;
        for (int n = 0; n >= 0; at += n) {
          n = file.read(buffer.clear(), at);
        }
        if (round == 2) {
          LOG.info(
              "{}: read {} KiB {}: {} GB/s",
              where,
              size >> 10,
              kind(),
              gigabytes(System.nanoTime() - start));
        }
      }
    }
    return null;
  }

  private static String gigabytes(long nanos) {
    return "%.2f".formatted((double) BYTES / nanos);
  }

  private static String kind() {
    return Thread.currentThread().isVirtual() ? "virtual" : "platform";
  }

  private static void run(boolean virtual, Callable<Void> work) throws Exception {
    FutureTask<Void> task = new FutureTask<>(work);
    (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(task);
    task.get();
  }
}
