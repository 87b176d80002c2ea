package kds.core.host;

import static kds.core.host.Host.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUser;
import kds.core.host.linux.FileCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NssUsersTest {
  @TempDir Path etc;
  private NssUsers users = new NssUsers();
  private final Slow slow = new Slow();

  @AfterEach
  void stop() {
    slow.answer();
    users.stop();
  }

  @Test
  void findsRootByNameAndByNumber() throws Exception {
    HostUser root = users.byName("root").orElseThrow();
    assertThat(root.uid()).isZero();
    assertThat(root.home()).isEqualTo(Path.of("/root"));
    assertThat(root.groups()).contains(0L);
    assertThat(root.isSystemAccount()).isTrue();
    assertThat(users.byUid(0)).contains(root);
    assertThat(users.user(0)).isEqualTo("root");
    assertThat(users.group(0)).isEqualTo("root");
  }

  @Test
  void knowsWhoTheServiceIs() {
    assertThat(users.self().uid()).isEqualTo(FileCalls.uid());
  }

  @Test
  void knowsNobodyByANameThatIsNone() throws Exception {
    for (String name :
        List.of(
            "", "no such user", "a:b", "a\nb", "a\0b", "\ud800", "x".repeat(10_000), "root\0")) {
      assertThat(users.byName(name)).describedAs(name).isEmpty();
    }
    assertThat(users.byUid(3_999_999_999L)).isEmpty();
    assertThat(users.byUid(-1)).isEmpty();
    assertThat(users.byUid(0xffff_ffffL)).isEmpty();
    assertThat(users.user(3_999_999_999L)).isEqualTo("3999999999");
  }

  @Test
  void findsANewAccountAtOnceWithAllItsGroups() throws Exception {
    TestUser.requireRoot();
    try (TestUser user = TestUser.make()) {
      String late = user.name() + "b";
      assertThat(users.byName(late)).isEmpty();
      TestUser.run("useradd", "-M", "-G", "audio,video", "-d", "/ünïhome", late);
      try {
        HostUser found = users.byName(late).orElseThrow();
        assertThat(found.name()).isEqualTo(late);
        assertThat(found.groups()).hasSize(3).contains(found.gid());
        assertThat(found.home().toString()).isEqualTo("/ünïhome");
        assertThat(found.isSystemAccount()).isFalse();
      } finally {
        TestUser.run("userdel", late);
      }
    }
  }

  @Test
  void waitsALimitedTimeForADirectoryThatHangsAndAsksItOnce() throws Exception {
    users = slow(Duration.ofMillis(100));
    slow.hang();
    for (int i = 0; i < 20; i++) {
      assertThat(refusal(() -> users.byName("alice"))).isEqualTo(Reason.TIMEOUT);
    }
    assertThat(slow.asked).hasValue(1);
    slow.answer();
    awaitFound("alice");
  }

  @Test
  void waitsOnceForAnAnswerThatDoesNotCome() throws Exception {
    users = slow(Duration.ofSeconds(1));
    slow.hang();
    assertThat(refusal(() -> users.byName("alice"))).isEqualTo(Reason.TIMEOUT);
    long before = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      assertThat(refusal(() -> users.byName("alice"))).isEqualTo(Reason.TIMEOUT);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void findsAccountsOfThisMachineThoughEveryOtherLookUpHangs() throws Exception {
    Files.writeString(etc.resolve("passwd"), "local:x:5000:5000::/home/x:/bin/sh\n");
    Files.writeString(etc.resolve("group"), "video:x:44:amy,local\nstaff:x:50:amy\n");
    users = slow(Duration.ofMillis(300));
    slow.hang();
    for (int i = 0; i < 40; i++) {
      String name = "far" + i;
      assertThat(refusal(() -> users.byName(name))).isEqualTo(Reason.TIMEOUT);
    }
    HostUser local = users.byName("local").orElseThrow();
    assertThat(local.groups()).containsExactly(5000L, 44L);
    assertThat(slow.inside()).as("threads that hang").isEqualTo(16);
    slow.answer();
    awaitFound("far1");
  }

  @Test
  void givesAnAccountOfThisMachineItsGroupsOfTheDirectoryWhileThatAnswers() throws Exception {
    Files.writeString(etc.resolve("passwd"), "local:x:5000:5000::/home/x:/bin/sh\n");
    users = slow(Duration.ofSeconds(20));
    assertThat(users.byName("local").orElseThrow().groups()).containsExactly(5000L, 7000L);
    Files.writeString(etc.resolve("passwd"), "other:x:5000:5000::/home/x:/bin/sh\n");
    assertThat(users.byName("other").orElseThrow().groups()).contains(7000L);
  }

  @Test
  void takesWhomItKnowsToBeWhoHeWasWhileTheDirectoryDoesNotAnswer() throws Exception {
    users = slow(Duration.ofMillis(500));
    HostUser alice = users.byName("alice").orElseThrow();
    users.forgetFresh();
    slow.hang();
    assertThat(users.byName("alice")).contains(alice);
    assertThat(refusal(() -> users.byName("bob"))).as("control").isEqualTo(Reason.TIMEOUT);
    slow.none = true;
    slow.answer();
    awaitRemoved("alice");
    slow.hang();
    assertThat(refusal(() -> users.byName("alice"))).isEqualTo(Reason.TIMEOUT);
  }

  @Test
  void asksOnceForManyRequestsInARow() throws Exception {
    users = slow(Duration.ofSeconds(5));
    for (int i = 0; i < 1000; i++) {
      assertThat(users.byName("alice")).isPresent();
    }
    assertThat(slow.asked).hasValue(1);
  }

  /** The look-up that hung has to end before there is another one. */
  private void awaitFound(String name) throws InterruptedException {
    long until = System.nanoTime() + 20_000_000_000L;
    while (true) {
      try {
        assertThat(users.byName(name)).isPresent();
        return;
      } catch (HostException e) {
        assertThat(System.nanoTime()).isLessThan(until);
        Thread.sleep(1);
      }
    }
  }

  /** The look-up that hung has to end before there is another one. */
  private void awaitRemoved(String name) {
    long until = System.nanoTime() + 20_000_000_000L;
    while (!isRemoved(name)) {
      assertThat(System.nanoTime()).as("removed, says a directory that answers").isLessThan(until);
      users.forgetFresh();
    }
  }

  private boolean isRemoved(String name) {
    try {
      return users.byName(name).isEmpty();
    } catch (HostException _) {
      return false; // the directory was too late with its answer once more
    }
  }

  private NssUsers slow(Duration limit) {
    users.stop();
    return new NssUsers(slow, etc, limit);
  }

  /** A directory server that answers when it is let. */
  private static final class Slow implements Directory {
    final AtomicInteger asked = new AtomicInteger();
    volatile boolean none;
    private boolean hanging;
    private int inside;

    synchronized void hang() {
      hanging = true;
    }

    synchronized void answer() {
      hanging = false;
      notifyAll();
    }

    synchronized int inside() {
      return inside;
    }

    private synchronized void pass() {
      inside++;
      try {
        while (hanging) {
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        inside--;
        notifyAll();
      }
    }

    private static boolean isLocal(String name) {
      return name.equals("local") || name.equals("other");
    }

    @Override
    public Optional<HostUser> byName(String name) {
      asked.incrementAndGet();
      if (!isLocal(name)) {
        pass();
      }
      return none
          ? Optional.empty()
          : Optional.of(new HostUser(name, 5000, 5000, List.of(5000L), Path.of("/home/x"), ""));
    }

    @Override
    public Optional<HostUser> byUid(long uid) {
      return Optional.empty();
    }

    @Override
    public List<Long> groups(HostUser user) {
      pass();
      return List.of(user.gid(), 7000L);
    }

    @Override
    public Optional<String> groupName(long gid) {
      return Optional.of("g" + gid);
    }
  }
}
