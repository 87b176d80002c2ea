package kds.core.host;

import static kds.core.host.Host.direct;
import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import kds.api.host.HostPart;
import kds.api.host.HostUpload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedUploadTest {
  private TestUser user;

  @BeforeEach
  void makeUser() throws Exception {
    user = TestUser.make();
  }

  @AfterEach
  void removeUser() {
    if (user != null) {
      user.close();
    }
  }

  @ParameterizedTest(name = "named: {0}")
  @ValueSource(booleans = {false, true})
  void belongsToTheServiceUntilItIsPublishedAndToTheUserThen(boolean named) throws Exception {
    try (Host host = new Host(named);
        HostFolder folder = host.downloads(user);
        HostUpload upload = folder.create("sub/f.txt", 5, true)) {
      upload.write(direct("hello"));
      upload.sync();
      if (named) {
        assertThat(user.sh("stat -c '%u %a' Downloads/sub/.kds-*.part").trim()).isEqualTo("0 600");
        assertThat(user.sh("cat Downloads/sub/.kds-*.part 2>&1 || true")).contains("denied");
      }
      upload.publish("f.txt", false);
      assertThat(user.sh("stat -c '%U %G %a' Downloads/sub/f.txt").trim())
          .isEqualTo(user.name() + " " + user.name() + " 600");
      assertThat(user.sh("stat -c '%U' Downloads/sub").trim()).isEqualTo(user.name());
      assertThat(user.sh("cat Downloads/sub/f.txt")).isEqualTo("hello");
      assertThat(user.sh("ls -A Downloads/sub").trim()).isEqualTo("f.txt");
    }
  }

  /** The control: without the seal the user can read, and so change, what is not yet published. */
  @Test
  void withoutASealTheHiddenFileIsTheUsers() throws Exception {
    try (Host host = new Host(true);
        HostFolder folder = host.downloads(user);
        HostUpload upload = folder.create("f.txt", 5, false)) {
      upload.write(direct("hello"));
      assertThat(user.sh("cat Downloads/.kds-*.part")).isEqualTo("hello");
    }
  }

  @ParameterizedTest(name = "named: {0}")
  @ValueSource(booleans = {false, true})
  void leavesNothingWhenItIsNotPublished(boolean named) throws Exception {
    try (Host host = new Host(named);
        HostFolder folder = host.downloads(user)) {
      try (HostUpload upload = folder.create("f.txt", -1, true)) {
        upload.write(direct("hello"));
      }
      assertThat(user.sh("ls -A Downloads").trim()).isEmpty();
    }
  }

  /** What a user moves away is out of any sweep's sight, and counts against nobody's quota. */
  @Test
  void leavesNoSpaceTakenWhereTheUserHasMovedIt() throws Exception {
    try (Host host = new Host(true);
        HostFolder folder = host.downloads(user)) {
      try (HostUpload upload = folder.create("f.txt", 1 << 20, true)) {
        upload.write(direct("hello"));
        user.sh("mv -f Downloads/.kds-*.part hoard");
      }
      assertThat(user.sh("stat -c '%s %b' hoard").trim()).isEqualTo("0 0");
    }
  }

  @ParameterizedTest(name = "replacing: {0}")
  @ValueSource(booleans = {false, true})
  void takesNothingForItThatAUserHasPutInItsPlace(boolean replacing) throws Exception {
    try (Host host = new Host(true);
        HostFolder folder = host.downloads(user);
        HostUpload upload = folder.create("f.txt", 5, true)) {
      if (replacing) {
        Host.write(folder, "f.txt", "older");
      }
      upload.write(direct("hello"));
      upload.sync();
      user.sh("cd Downloads; printf EVIL! > evil; for f in .kds-*.part; do mv -f evil $f; done");
      assertThat(refusal(() -> upload.publish("f.txt", replacing))).isEqualTo(Reason.IO);
    }
  }

  /** Has the part open and mapped from before, and tries all that he can find a name for. */
  private static final String CHANGE =
      """
      my ($part, $service) = (@ARGV, getppid());
      open(my $held, "+<", $part) or die; binmode $held;
      open(my $ready, ">", "ready"); close $ready;
      for (1..300) {
        sysseek($held, 0, 0); syswrite($held, "EVIL!");
        for (glob(".kds-*"), glob("/proc/$service/fd/*"), glob("/proc/$service/map_files/*")) {
          open(my $other, "+<", $_) or next;
          syswrite($other, "EVIL!") if -f $other; close $other;
        }
        for (grep { $_ ne $part } glob(".kds-*")) { link $_, "linked"; chmod 0666, $_; truncate $_, 1; }
      }
      """;

  /** What uploads in several goes are published by while an inspector is registered. */
  @ParameterizedTest(name = "named: {0}")
  @ValueSource(booleans = {false, true})
  void isOutOfReachOfWhoHasThePartOpenThatItIsACopyOf(boolean named) throws Exception {
    String id = "0123456789abcdef0123456789abcdef";
    try (Host host = new Host(named);
        HostFolder folder = host.downloads(user);
        HostPart part = folder.keep("f", id, 5)) {
      part.write(direct("hello"));
      part.sync();
      Process attacker = user.perl(CHANGE, ".kds-" + id + ".kept.part");
      try (HostUpload copy = folder.create("f", 5, true)) {
        copy.write(direct("hello"));
        copy.sync();
        assertThat(attacker.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(attacker.exitValue()).isZero();
        assertThat(content(part)).as("the control: the part is his").isEqualTo("EVIL!");
        assertThat(content(copy)).isEqualTo("hello");
        copy.publish("f", false);
      } finally {
        attacker.destroyForcibly();
      }
      assertThat(user.sh("cat Downloads/f")).isEqualTo("hello");
      part.discard();
      assertThat(user.sh("ls -A Downloads").trim().lines()).containsExactly("f", "ready");
    }
  }

  private static String content(HostUpload file) throws Exception {
    ByteBuffer into = ByteBuffer.allocateDirect(10);
    while (file.read(into, into.position()) > 0) {}
    return StandardCharsets.UTF_8.decode(into.flip()).toString();
  }

  @Test
  void triesAnotherNameAndReplaces() throws Exception {
    try (Host host = new Host();
        HostFolder folder = host.downloads(user)) {
      Host.write(folder, "f", "old");
      try (HostUpload upload = folder.create("f", 3, true)) {
        upload.write(direct("new"));
        assertThat(refusal(() -> upload.publish("f", false))).isEqualTo(Reason.EXISTS);
        upload.publish("f", true);
      }
      assertThat(read(folder, "f")).isEqualTo("new");
      assertThat(user.sh("stat -c %U Downloads/f").trim()).isEqualTo(user.name());
    }
  }

  @Test
  void canBeReadBeforeItIsPublished() throws Exception {
    try (Host host = new Host();
        HostFolder folder = host.downloads(user);
        HostUpload upload = folder.create("f", 5, true)) {
      upload.write(direct("hello"));
      ByteBuffer into = ByteBuffer.allocateDirect(10);
      assertThat(upload.read(into, 2)).isEqualTo(3);
      assertThat(upload.read(into, 5)).isEqualTo(-1);
      assertThat(StandardCharsets.UTF_8.decode(into.flip()).toString()).isEqualTo("llo");
    }
  }

  /** Quota is what the file's owner has used: the seal must not get anybody around it. */
  @Test
  void keepsToTheUsersQuotaWhenItIsPublished() throws Exception {
    Path disk = user.downloads().resolve("disk");
    user.sh("mkdir -p Downloads/disk");
    Path image = user.base().resolve("image");
    try (var file = new java.io.RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(32 << 20);
    }
    TestUser.run("mkfs.ext4", "-q", "-O", "quota", "-E", "quotatype=usrquota", image.toString());
    boolean mounted = false;
    try (Host host = new Host()) {
      if (exit("mount", "-o", "loop,usrquota", image.toString(), disk.toString()) != 0) {
        TestUser.skip("needs a kernel that knows disk quotas (CONFIG_QUOTA)");
      }
      mounted = true;
      TestUser.run("chown", user.name(), disk.toString());
      setQuota(disk);
      try (HostFolder folder = host.downloads(user);
          HostUpload upload = folder.create("disk/big", -1, true)) {
        upload.write(ByteBuffer.allocateDirect(4 << 20));
        Reason refused = refusal(() -> upload.publish("big", false));
        assertThat(refused).isEqualTo(Reason.QUOTA);
      }
      assertThat(user.sh("ls Downloads/disk").trim()).isEqualTo("lost+found");
    } finally {
      if (mounted) {
        exit("umount", "-l", disk.toString());
      }
    }
  }

  private static int exit(String... command) throws Exception {
    return new ProcessBuilder(command).start().waitFor();
  }

  private void setQuota(Path disk) throws Exception {
    if (exit("sh", "-c", "command -v setquota") != 0) {
      TestUser.skip("needs setquota (package quota)");
    }
    String bounding = java.nio.file.Files.readString(Path.of("/proc/self/status"));
    long effective = Long.parseLong(bounding.replaceAll("(?s).*CapEff:\\s*(\\w+).*", "$1"), 16);
    if ((effective & 1L << 24) != 0) {
      TestUser.skip("quota does not bind a process with CAP_SYS_RESOURCE; run without it");
    }
    TestUser.run("setquota", "-u", user.name(), "1024", "1024", "0", "0", disk.toString());
  }
}
