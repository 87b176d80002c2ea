package kds.core.host;

import static kds.core.host.Host.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUser;
import kds.core.host.linux.FileCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NssUsersTest {
  private NssUsers users = new NssUsers();

  @AfterEach
  void stop() {
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
    CountDownLatch hang = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    users = new NssUsers(new Slow(hang, asked), Duration.ofMillis(100));
    for (int i = 0; i < 20; i++) {
      assertThat(refusal(() -> users.byName("alice"))).isEqualTo(Reason.TIMEOUT);
    }
    assertThat(asked).hasValue(1);
    assertThat(users.group(5)).isEqualTo("g5");
    hang.countDown();
    assertThat(users.byName("alice")).isPresent();
  }

  @Test
  void asksOnceForManyRequestsInARow() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    users = new NssUsers(new Slow(new CountDownLatch(0), asked), Duration.ofSeconds(5));
    for (int i = 0; i < 1000; i++) {
      assertThat(users.byName("alice")).isPresent();
    }
    assertThat(asked).hasValue(1);
  }

  /** A directory server that answers when it is let. */
  private record Slow(CountDownLatch hang, AtomicInteger asked) implements NssUsers.Directory {
    @Override
    public Optional<HostUser> byName(String name) {
      asked.incrementAndGet();
      try {
        hang.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Optional.of(new HostUser(name, 5000, 5000, List.of(), Path.of("/home/x"), ""));
    }

    @Override
    public Optional<HostUser> byUid(long uid) {
      return Optional.empty();
    }

    @Override
    public Optional<String> groupName(long gid) {
      return Optional.of("g" + gid);
    }
  }
}
