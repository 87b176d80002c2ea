package kds.core.host;

import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static kds.core.host.Host.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import kds.api.host.HostEntry;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostListing;
import kds.api.host.HostUser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HomeFolderTest {
  private static TestUser user;
  private static Host host;
  private static HostFolder folder;

  @BeforeAll
  static void enter() throws Exception {
    user = TestUser.make();
    host = new Host();
    folder = host.downloads(user);
  }

  @AfterAll
  static void leave() {
    if (host != null) {
      folder.close();
      host.close();
    }
    if (user != null) {
      user.close();
    }
  }

  @Test
  void makesTheFolderAsTheUsersOwnAndPrivate() throws Exception {
    assertThat(user.sh("stat -c '%U %a' Downloads").trim()).isEqualTo(user.name() + " 700");
    assertThat(folder.path()).isEqualTo(user.downloads());
  }

  @Test
  void doesNotMakeTheFolderUnasked() {
    assertThat(refusal(() -> host.files.enterHome(user.account(), "Nowhere", false)))
        .isEqualTo(Reason.NOT_FOUND);
  }

  /** A new home gets the inode number of the old one as often as not. */
  @Test
  void knowsAHomeFromTheOneThatTookItsPlace() throws Exception {
    Path home = Files.createDirectory(Path.of(user.sh("mktemp -d").trim()).resolve("home"));
    HostUser mover = movedTo(home);
    String before = host.files.homeIdentity(mover).orElseThrow();
    assertThat(before).matches("[0-9a-z-]{5,64}");
    Files.writeString(home.resolve("new.txt"), "work");
    assertThat(host.files.homeIdentity(mover)).as("used since").contains(before);
    Files.delete(home.resolve("new.txt"));
    Files.delete(home);
    assertThat(refusal(() -> host.files.homeIdentity(mover))).isEqualTo(Reason.NOT_FOUND);
    Files.createDirectory(home);
    assertThat(host.files.homeIdentity(mover).orElseThrow()).isNotEqualTo(before);
  }

  private static HostUser movedTo(Path home) {
    HostUser account = user.account();
    return new HostUser(
        account.name(), account.uid(), account.gid(), account.groups(), home, account.shell());
  }

  @Test
  void readsWhatTheUserMayRead() throws Exception {
    user.sh("mkdir -p Downloads/docs; printf 'hello' > Downloads/docs/a.txt");
    assertThat(read(folder, "docs/a.txt")).isEqualTo("hello");
    try (HostFile file = folder.open("docs/a.txt")) {
      ByteBuffer into = ByteBuffer.allocateDirect(16);
      assertThat(file.size()).isEqualTo(5);
      assertThat(file.read(into, 3)).isEqualTo(2);
      assertThat(into.position()).isEqualTo(2);
      assertThat(file.read(into, 5)).isEqualTo(-1);
    }
  }

  @Test
  void doesNotReadWhatTheUserMayNot() throws Exception {
    user.sh("printf x > Downloads/locked; chmod 000 Downloads/locked");
    Path secret = user.downloads().resolve("of-root");
    Files.writeString(secret, "secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    assertThat(refusal(() -> folder.open("locked"))).isEqualTo(Reason.DENIED);
    assertThat(refusal(() -> folder.open("of-root"))).isEqualTo(Reason.DENIED);
  }

  @Test
  void followsNoLinkOfAnyKind() throws Exception {
    user.sh(
        """
        printf x > .profile-like; cd Downloads; mkdir -p real; printf x > real/f
        ln -s /etc/passwd link; ln -s real dirlink; ln -s real/f inner; ln -s /proc/self/root magic
        ln -s ../.profile-like up
        """);
    for (String path :
        List.of("link", "dirlink/f", "inner", "magic/etc/passwd", "up", "dirlink", "magic")) {
      assertThat(refusal(() -> folder.open(path))).describedAs(path).isEqualTo(Reason.UNSAFE_PATH);
      assertThat(refusal(() -> folder.list(path, 10)))
          .describedAs(path)
          .isIn(Reason.UNSAFE_PATH, Reason.NOT_FOUND);
    }
    for (String path : List.of("dirlink/new", "magic/tmp/new")) {
      assertThat(refusal(() -> write(folder, path, "x")))
          .describedAs(path)
          .isEqualTo(Reason.UNSAFE_PATH);
    }
  }

  @Test
  void opensRegularFilesOnlyAndNeverWaits() throws Exception {
    user.sh(
        """
        cd Downloads; mkfifo pipe; mkdir -p sub
        perl -MIO::Socket -e 'socket(S,1,1,0); bind(S, pack("S a*", 1, "sock"))'
        """);
    for (String path : List.of("pipe", "sub", "sock")) {
      assertThat(refusal(() -> folder.open(path))).describedAs(path).isEqualTo(Reason.WRONG_KIND);
    }
    assertThat(refusal(() -> folder.list("pipe", 10))).isEqualTo(Reason.WRONG_KIND);
    assertThat(refusal(() -> folder.list("nothing", 10))).isEqualTo(Reason.NOT_FOUND);
    assertThat(refusal(() -> folder.open("nothing"))).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void refusesAFolderThatIsALinkAFileOrSomebodyElses() throws Exception {
    user.sh("ln -s /etc L; printf x > F");
    Files.createDirectory(user.home().resolve("R"));
    HostUser account = user.account();
    assertThat(refusal(() -> host.files.enterHome(account, "L", false)))
        .isEqualTo(Reason.UNSAFE_PATH);
    assertThat(refusal(() -> host.files.enterHome(account, "F", true)))
        .isEqualTo(Reason.WRONG_KIND);
    assertThat(refusal(() -> host.files.enterHome(account, "R", true))).isEqualTo(Reason.FOREIGN);
    assertThat(refusal(() -> host.files.enterHome(account, "../x", true)))
        .isEqualTo(Reason.UNSAFE_PATH);
  }

  @Test
  void saysWhenThereIsNoHome() {
    HostUser account = user.account();
    for (Path home : List.of(Path.of("/nonexistent"), Path.of("relative"), Path.of(""))) {
      HostUser homeless =
          new HostUser(account.name(), account.uid(), account.gid(), List.of(), home, "/bin/sh");
      assertThat(refusal(() -> host.files.enterHome(homeless, "Downloads", true)))
          .isEqualTo(Reason.NOT_FOUND);
    }
  }

  @Test
  void neverActsForASystemAccount() {
    HostUser daemon = new HostUser("d", 1, 1, List.of(1L), Path.of("/usr/sbin"), "");
    assertThat(refusal(() -> host.files.enterHome(daemon, "Downloads", true)))
        .isEqualTo(Reason.SYSTEM_ACCOUNT);
  }

  @Test
  void listsFilesAndFoldersAndCountsTheRest() throws Exception {
    user.sh(
        """
        mkdir Downloads/mix; cd Downloads/mix; mkdir d; printf 12345 > f; chmod 640 f; ln -s f l; mkfifo p
        perl -e 'open(F, ">", "bad\\xff\\xfename"); open(F, ">", "over\\xc0\\xaflong")'
        """);
    HostListing listing = folder.list("mix", 100);
    assertThat(listing.complete()).isTrue();
    assertThat(listing.leftOut()).isEqualTo(4);
    Map<String, HostEntry> entries =
        listing.entries().stream()
            .collect(java.util.stream.Collectors.toMap(HostEntry::name, e -> e));
    assertThat(entries).containsOnlyKeys("d", "f");
    HostEntry file = entries.get("f");
    assertThat(file.folder()).isFalse();
    assertThat(file.size()).isEqualTo(5);
    assertThat(file.mode()).isEqualTo(0640);
    assertThat(file.owner()).isEqualTo(user.name());
    assertThat(file.group()).isEqualTo(user.name());
    assertThat(file.modified())
        .isEqualTo(Files.getLastModifiedTime(user.downloads().resolve("mix/f")).toInstant());
    assertThat(entries.get("d").folder()).isTrue();
    assertThat(entries.get("d").size()).isZero();
  }

  @Test
  void listsAsManyAsAskedFor() throws Exception {
    user.sh("mkdir Downloads/many; cd Downloads/many; for i in $(seq 3000); do : > f$i; done");
    assertThat(folder.list("many", 3000).complete()).isTrue();
    assertThat(folder.list("many", 3000).entries()).hasSize(3000);
    assertThat(folder.list("many", 100).complete()).isFalse();
    assertThat(folder.list("many", 100).entries()).hasSize(100);
  }

  @Test
  void tellsAnotherVersionAfterAnyChange() throws Exception {
    user.sh("printf one > Downloads/v");
    String before;
    try (HostFile file = folder.open("v")) {
      before = file.version();
      assertThat(before).matches("[!#-~]+");
    }
    assertThat(folder.open("v").version()).isEqualTo(before);
    user.sh("touch -r Downloads/v stamp; printf two > Downloads/v; touch -r stamp Downloads/v");
    assertThat(folder.open("v").version()).isNotEqualTo(before);
  }

  @Test
  void readsOnAVirtualThreadWhatIsNotInMemory() throws Exception {
    user.sh("head -c 3000000 /dev/urandom > Downloads/cold");
    TestUser.run(
        "dd",
        "of=" + user.downloads().resolve("cold"),
        "oflag=nocache",
        "conv=notrunc,fdatasync",
        "count=0");
    ByteBuffer into = ByteBuffer.allocateDirect(3_000_000);
    var reading =
        new java.util.concurrent.FutureTask<>(
            () -> {
              try (HostFile file = folder.open("cold")) {
                while (into.hasRemaining() && file.read(into, into.position()) > 0) {}
                return into.position();
              }
            });
    Thread.ofVirtual().start(reading);
    assertThat(reading.get()).isEqualTo(3_000_000);
    assertThat(into.flip())
        .isEqualTo(ByteBuffer.wrap(Files.readAllBytes(user.downloads().resolve("cold"))));
  }

  @Test
  void keepsAFileOpenAfterTheFolderIsClosed() throws Exception {
    user.sh("printf still > Downloads/still");
    HostFolder brief = host.downloads(user);
    try (HostFile file = brief.open("still")) {
      brief.close();
      assertThat(file.read(ByteBuffer.allocateDirect(9), 0)).isEqualTo(5);
      assertThat(refusal(() -> brief.open("still"))).isEqualTo(Reason.IO);
    }
  }

  @Test
  void refusesABufferThatWouldHaveToBeCopied() throws Exception {
    user.sh("printf x > Downloads/b");
    try (HostFile file = folder.open("b")) {
      assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> file.read(ByteBuffer.allocateDirect(1).asReadOnlyBuffer(), 0))
          .isInstanceOf(java.nio.ReadOnlyBufferException.class);
    }
  }
}
