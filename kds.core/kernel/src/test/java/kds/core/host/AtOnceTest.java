package kds.core.host;

import static kds.core.host.Host.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Identity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is opened without a host thread is opened by the same rules, or not at all. */
class AtOnceTest {
  private static final int TRIES = 20_000;

  @TempDir Path base;
  private final Workers workers = new Workers(false);
  private final AtOnce atOnce = new AtOnce(workers);
  private Path shared;
  private Host host;
  private Terms terms;

  @BeforeEach
  void make() throws Exception {
    shared = Files.createDirectory(base.resolve("Upload"));
    Files.writeString(shared.resolve("file"), "for all");
    host = new Host();
    terms = Terms.shared(shared, host.users.self().uid(), host.users.self().name());
    inVirtualThread(
        () -> {
          try (Descriptor root = atOnce.enter(shared)) {
            assertThat(root).isNotNull();
            return workers.<@Nullable Void>open(
                terms.uid(),
                List.of(root),
                thread -> {
                  atOnce.learn(shared, root, new Walk(terms).look(thread, root).device());
                  return null;
                });
          }
        });
  }

  @AfterEach
  void leave() {
    host.close();
    workers.stop();
  }

  @Test
  void opensAFileThatTheKernelKnows() throws Exception {
    assertThat(opens("file", terms)).isTrue();
  }

  @Test
  void leavesItToAHostThreadWhereAnythingIsUnusual() throws Exception {
    Path secret = Files.writeString(base.resolve("secret"), "secret");
    Files.createLink(shared.resolve("linked"), secret);
    Files.createSymbolicLink(shared.resolve("symlinked"), secret);
    Files.createDirectory(shared.resolve("folder"));
    TestUser.run("mkfifo", shared.resolve("fifo").toString());
    for (String name : new String[] {"linked", "symlinked", "folder", "fifo", "missing"}) {
      assertThat(opens(name, terms)).as(name).isFalse();
    }
  }

  @Test
  void actsForNobodyElse() throws Exception {
    Terms home = Terms.home(shared, new Identity(65534, 65534, new int[0]), 65534, "somebody else");
    assertThat(opens("file", home)).isFalse();
  }

  @Test
  void doesNothingInAThreadThatHasAnIdentityOfItsOwn() throws Exception {
    assertThat(atOnce.enter(shared)).isNull();
  }

  @Test
  void doesNothingOnAFileSystemThatIsNotKnownToBeLocal() throws Exception {
    assertThat(opens(new AtOnce(workers), "file", terms)).isFalse();
    assertThat(opens("file", terms)).isTrue();
  }

  @Test
  void crossesNoMountPoint() throws Exception {
    TestUser.requireRoot();
    Path inside = Files.createDirectory(shared.resolve("mounted"));
    Path outside = Files.createDirectory(base.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    TestUser.run("mount", "--bind", outside.toString(), inside.toString());
    try {
      assertThat(opens("mounted/secret", terms)).isFalse();
    } finally {
      TestUser.run("umount", "-l", inside.toString());
    }
  }

  @Test
  void noticesThatAnotherFileSystemWasMountedThere() throws Exception {
    TestUser.requireRoot();
    assertThat(opens("file", terms)).isTrue();
    TestUser.run("mount", "-t", "tmpfs", "-o", "size=1m", "kds-test", shared.toString());
    try {
      Files.writeString(shared.resolve("file"), "of the other one");
      assertThat(opens("file", terms)).isFalse();
    } finally {
      TestUser.run("umount", "-l", shared.toString());
    }
    assertThat(opens("file", terms)).isTrue();
  }

  @Test
  void leavesItToAHostThreadWhileTooManyWait() throws Exception {
    inVirtualThread(
        () -> {
          int taken = 0;
          while (workers.mayBlock()) {
            taken++;
          }
          assertThat(opens("file", terms)).isFalse(); // enters all the same, which cannot wait
          for (; taken > 0; taken--) {
            workers.leave();
          }
          return null;
        });
    assertThat(opens("file", terms)).isTrue();
  }

  @Test
  void givesThePlaceBackWhateverBecomesOfIt() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertThat(opens("missing", terms)).isFalse();
    }
    assertThat(opens("file", terms)).isTrue();
  }

  @Test
  void saysTheSameAsAHostThread() throws Exception {
    Path secret = Files.writeString(base.resolve("secret"), "secret");
    Files.createSymbolicLink(shared.resolve("symlinked"), secret);
    inVirtualThread(
        () -> {
          try (HostFolder folder = host.files.enterShared(shared)) {
            for (int i = 0; i < 3; i++) { // the first time a host thread learns the file system
              assertThat(Host.read(folder, "file")).isEqualTo("for all");
              assertThat(refusal(() -> folder.open("symlinked"))).isEqualTo(Reason.UNSAFE_PATH);
              assertThat(refusal(() -> folder.open("missing"))).isEqualTo(Reason.NOT_FOUND);
            }
          }
          assertThat(refusal(() -> host.files.enterShared(base.resolve("missing"))))
              .isEqualTo(Reason.NOT_FOUND);
          assertThat(refusal(() -> host.files.enterShared(secret))).isEqualTo(Reason.WRONG_KIND);
          return null;
        });
  }

  /** The control: whoever opens by the name alone reads the secret sooner or later. */
  @Test
  void followsNoLinkThatIsPutInAFilesPlaceMeanwhile() throws Exception {
    Path secret = Files.writeString(base.resolve("secret"), "secret!");
    Path file = shared.resolve("file");
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Thread attacker =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!over.get()) {
                      Path link = base.resolve("link");
                      Files.createSymbolicLink(link, secret);
                      Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
                      Path real = Files.writeString(base.resolve("real"), "for all");
                      Files.move(real, file, StandardCopyOption.ATOMIC_MOVE);
                      begun.countDown();
                    }
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                });
    try {
      begun.await();
      int opened = 0;
      boolean naiveLeaked = false;
      for (int i = 0; i < TRIES || !naiveLeaked; i++) {
        naiveLeaked |= Files.readString(file).equals("secret!");
        String read = inVirtualThread(() -> text(file.getFileName().toString()));
        assertThat(read).isIn("for all", null);
        opened += read == null ? 0 : 1;
      }
      assertThat(opened).isPositive();
    } finally {
      over.set(true);
      attacker.join();
    }
  }

  private @Nullable String text(String name) throws Exception {
    try (Descriptor root = atOnce.enter(shared);
        OpenFile file = root == null ? null : atOnce.open(root, RelativePath.file(name), terms)) {
      if (file == null) {
        return null;
      }
      var into = ByteBuffer.allocateDirect(64);
      file.read(into, 0);
      return StandardCharsets.UTF_8.decode(into.flip()).toString();
    }
  }

  private boolean opens(String name, Terms on) throws Exception {
    return opens(atOnce, name, on);
  }

  private boolean opens(AtOnce by, String name, Terms on) throws Exception {
    return inVirtualThread(
        () -> {
          try (Descriptor root = by.enter(shared)) {
            assertThat(root).isNotNull();
            try (OpenFile file = by.open(root, RelativePath.file(name), on)) {
              return file != null;
            }
          }
        });
  }

  private static <T extends @Nullable Object> T inVirtualThread(Callable<T> work) throws Exception {
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      return tasks.submit(work).get();
    }
  }
}
