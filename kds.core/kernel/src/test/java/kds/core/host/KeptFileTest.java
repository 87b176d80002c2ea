package kds.core.host;

import static kds.core.host.Host.direct;
import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static kds.core.host.Host.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import kds.api.host.HostPart;
import kds.core.host.linux.Descriptor;
import kds.core.host.linux.Flags;
import kds.core.host.linux.HostThreads;
import kds.core.host.linux.Syscalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files that are written in several goes. */
class KeptFileTest {
  private static final String ID = "0123456789abcdef0123456789abcdef";
  private static final String NAME = ".kds-" + ID + ".kept.part";

  private TestUser user;
  private Host host;
  private HostFolder folder;

  @BeforeEach
  void enter() throws Exception {
    user = TestUser.make();
    host = new Host();
    folder = host.downloads(user);
  }

  @AfterEach
  void leave() {
    if (user != null) {
      folder.close();
      host.close();
      user.close();
    }
  }

  private void begin(String path, String text) throws Exception {
    try (HostPart part = folder.keep(path, ID, -1)) {
      part.write(direct(text));
      part.sync();
    }
  }

  @Test
  void isGoneOnWithAfterTheServiceWasAway() throws Exception {
    begin("a/report", "first ");
    assertThat(user.sh("stat -c '%U %a' Downloads/a/" + NAME).trim())
        .isEqualTo(user.name() + " 600");
    host.close();
    host = new Host();
    folder = host.downloads(user);
    try (HostPart part = folder.reopen("a/report", ID)) {
      assertThat(part.size()).isEqualTo(6);
      ByteBuffer into = ByteBuffer.allocateDirect(16);
      assertThat(part.read(into, 0)).isEqualTo(6);
      assertThat(StandardCharsets.UTF_8.decode(into.flip()).toString()).isEqualTo("first ");
      assertThat(part.read(into.clear(), 6)).isEqualTo(-1);
      part.write(direct("second"));
      part.publish("report", false);
    }
    assertThat(read(folder, "a/report")).isEqualTo("first second");
    assertThat(refusal(() -> folder.reopen("a/report", ID))).isEqualTo(Reason.NOT_FOUND);
    assertThat(user.sh("ls -A Downloads/a").trim()).isEqualTo("report");
  }

  @Test
  void tellsTheLengthThatIsThereNotTheOneThatWas() throws Exception {
    begin("report", "more than survives");
    user.sh("truncate -s 4 Downloads/" + NAME);
    try (HostPart part = folder.reopen("report", ID)) {
      assertThat(part.size()).isEqualTo(4);
      part.cut(2);
      part.write(direct("XY"));
      part.publish("report", false);
    }
    assertThat(read(folder, "report")).isEqualTo("moXY");
  }

  @Test
  void isTakenAwayFromWhoHadItWithoutWaiting() throws Exception {
    HostPart stale = folder.keep("report", ID, 100);
    stale.write(direct("old "));
    AtomicBoolean told = new AtomicBoolean();
    stale.whenRevoked(() -> told.set(true));
    try (HostPart fresh = folder.reopen("report", ID)) {
      assertThat(told).isTrue();
      assertThat(fresh.size()).isEqualTo(4);
      assertThat(refusal(() -> stale.write(direct("late")))).isEqualTo(Reason.REVOKED);
      assertThat(refusal(() -> stale.publish("report", false))).isEqualTo(Reason.REVOKED);
      assertThat(stale.ifHeld(() -> {})).isFalse();
      stale.discard();
      fresh.write(direct("new"));
      assertThat(fresh.ifHeld(() -> {})).isTrue();
      stale.close();
      try (HostPart third = folder.reopen("report", ID)) {
        assertThat(refusal(fresh::sync)).isEqualTo(Reason.REVOKED);
        third.publish("report", false);
      }
    }
    assertThat(read(folder, "report")).isEqualTo("old new");
  }

  private long descriptors() throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(this::isInHome).count();
    }
  }

  private boolean isInHome(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(user.account().home());
    } catch (IOException e) {
      return false; // It was that of the listing itself.
    }
  }

  @Test
  void closesWhatNobodyCouldTakeAwayInTime() throws Exception {
    HostPart stale = folder.keep("report", ID, -1);
    long before = descriptors();
    assertThat(before).isGreaterThanOrEqualTo(3);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch free = new CountDownLatch(1);
    Thread holder =
        Thread.ofVirtual()
            .start(
                () ->
                    stale.ifHeld(
                        () -> {
                          inside.countDown();
                          awaitQuietly(free);
                        }));
    assertThat(inside.await(20, TimeUnit.SECONDS)).isTrue();
    AtomicReference<Reason> refused = new AtomicReference<>();
    Thread next =
        Thread.ofPlatform().start(() -> refused.set(refusal(() -> folder.reopen("report", ID))));
    CountDownLatch told = new CountDownLatch(1);
    stale.whenRevoked(told::countDown);
    assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
    next.interrupt(); // He does not wait as long as he could.
    next.join();
    assertThat(refused).hasValue(Reason.BUSY);
    free.countDown();
    holder.join();
    stale.close();
    assertThat(descriptors()).as("file and folder are closed").isEqualTo(before - 2);
    assertThat(user.sh("ls -A Downloads").trim()).as("kept").isEqualTo(NAME);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void closesAPartThatWasOpenedTooLate() throws Exception {
    HostThreads threads = new HostThreads("kds-test", 1, 1);
    Path file = Files.createTempFile("kds-late", "");
    CountDownLatch free = new CountDownLatch(1);
    Descriptor one = new Descriptor(open(file));
    Descriptor two = new Descriptor(open(file));
    try {
      assertThat(
              refusal(
                  () ->
                      threads.call(
                          0,
                          Duration.ofMillis(100),
                          List.of(),
                          _ -> {
                            awaitQuietly(free);
                            Terms terms = Terms.shared(file, 0, "root");
                            return new KeptFiles.Opened(
                                new Target(one, false, terms, new Workers(false), "late"),
                                two,
                                new byte[0],
                                new KeptFiles.Key(1, 1));
                          })))
          .isEqualTo(Reason.TIMEOUT);
      free.countDown();
      // The thread is free again once it has put away what came too late.
      threads.call(0, Duration.ofSeconds(20), List.of(), _ -> 0);
      threads.stop();
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!(one.isClosed() && two.isClosed()) && System.nanoTime() < until) {
        Thread.sleep(2);
      }
      assertThat(one.isClosed() && two.isClosed()).isTrue();
    } finally {
      one.close();
      two.close();
      Files.delete(file);
    }
  }

  private static int open(Path file) {
    byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
    return new Syscalls().open(Flags.AT_FDCWD, path, Flags.READ, 0, 0);
  }

  @Test
  void cannotBeSeenOrAskedForByItsName() throws Exception {
    begin("report", "secret");
    assertThat(folder.list("", 10).entries()).isEmpty();
    assertThat(refusal(() -> folder.open(NAME))).isEqualTo(Reason.UNSAFE_PATH);
    assertThat(refusal(() -> write(folder, NAME, "x"))).isEqualTo(Reason.UNSAFE_PATH);
  }

  @Test
  void isNotFooledByWhatAUserPutsInItsPlace() throws Exception {
    user.sh("printf precious > target; mkdir -p Downloads");
    String link = "ln -s ../target Downloads/" + NAME;
    String hard = "ln target Downloads/" + NAME;
    String pipe = "mkfifo Downloads/" + NAME;
    for (String trap : new String[] {link, hard, pipe, "mkdir Downloads/" + NAME}) {
      user.sh(trap);
      assertThat(refusal(() -> folder.reopen("report", ID)))
          .describedAs(trap)
          .isIn(Reason.NOT_FOUND, Reason.UNSAFE_PATH, Reason.WRONG_KIND);
      assertThat(refusal(() -> folder.keep("report", ID, -1)))
          .describedAs(trap)
          .isEqualTo(Reason.EXISTS);
      user.sh("rm -rf Downloads/" + NAME);
    }
    begin("report", "control");
    folder.reopen("report", ID).close();
  }

  @Test
  void givesItsSpaceBackWhenItIsDiscarded() throws Exception {
    FileStore store = Files.getFileStore(user.home());
    long before = store.getUsableSpace();
    folder.keep("big", ID, 1L << 30).close();
    assertThat(before - store.getUsableSpace()).isGreaterThan(900L << 20);
    folder.reopen("big", ID).discard();
    assertThat(before - store.getUsableSpace()).isLessThan(500L << 20);
    assertThat(user.sh("ls -A Downloads")).isEmpty();
  }

  @Test
  void outlivesTheSweepOfWhatAKilledServiceLeft() throws Exception {
    Path kept = user.downloads().resolve(NAME);
    Path orphan = user.downloads().resolve(NAME.replace("0", "9"));
    Path left = user.downloads().resolve(".kds-" + ID + ".part");
    user.sh("touch " + kept + " " + orphan + " " + left);
    age(kept, Duration.ofDays(20));
    age(left, Duration.ofDays(2));
    age(orphan, Duration.ofDays(31));
    write(folder, "another", "x");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while ((Files.exists(left) || Files.exists(orphan)) && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(left).doesNotExist();
    assertThat(orphan).doesNotExist();
    folder.reopen("report", ID).close();
  }

  private static void age(Path file, Duration by) throws Exception {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(by)));
  }
}
