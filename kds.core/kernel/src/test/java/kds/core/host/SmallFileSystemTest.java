package kds.core.host;

import static kds.core.host.Host.direct;
import static kds.core.host.Host.read;
import static kds.core.host.Host.refusal;
import static kds.core.host.Host.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import kds.api.host.HostException.Reason;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On real, small file systems mounted for the test. */
class SmallFileSystemTest {
  private TestUser user;
  private Host host;

  @BeforeEach
  void enter() throws Exception {
    user = TestUser.make();
    host = new Host();
    user.sh("mkdir Downloads Downloads/disk");
  }

  @AfterEach
  void leave() throws Exception {
    if (user != null) {
      new ProcessBuilder("umount", "-l", disk().toString()).start().waitFor();
      host.close();
      user.close();
    }
  }

  private Path disk() {
    return user.downloads().resolve("disk");
  }

  private void mount(String... arguments) throws Exception {
    TestUser.run("mount", arguments);
  }

  private void mountImage(long bytes, String makeFileSystem) throws Exception {
    Path image = user.base().resolve("image");
    try (var file = new java.io.RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(bytes);
    }
    TestUser.run("sh", "-c", makeFileSystem + " " + image);
    mount("-o", "loop", image.toString(), disk().toString());
  }

  @Test
  void leavesRootsReserveAloneAndTellsAFullDiskBeforeTheFirstByte() throws Exception {
    mountImage(32 << 20, "mkfs.ext4 -q -m 50");
    TestUser.run("chown", user.name(), disk().toString());
    try (HostFolder folder = host.downloads(user)) {
      assertThat(refusal(() -> folder.create("disk/big", 20 << 20))).isEqualTo(Reason.NO_SPACE);
      try (HostUpload upload = folder.create("disk/fits", 4 << 20)) {
        long spare = upload.spare();
        upload.write(ByteBuffer.allocateDirect(4 << 20));
        assertThat(spare).isBetween(1L, 16L << 20);
        assertThat(upload.spare()).isBetween(spare - (64 << 10), spare + (64 << 10));
        upload.publish("fits", false);
      }
      try (HostUpload upload = folder.create("disk/unannounced", -1)) {
        assertThat(
                refusal(
                    () -> {
                      for (int i = 0; i < 32; i++) {
                        upload.write(ByteBuffer.allocateDirect(1 << 20));
                      }
                    }))
            .isEqualTo(Reason.NO_SPACE);
        assertThat(upload.size()).isGreaterThanOrEqualTo(4 << 20).isLessThan(16 << 20);
        assertThat(refusal(() -> upload.publish("unannounced", false))).isEqualTo(Reason.IO);
      }
      assertThat(folder.list("disk", 10).entries())
          .extracting(e -> e.name())
          .containsExactlyInAnyOrder("fits", "lost+found");
      write(folder, "disk/after", "there is room again");
    }
  }

  @Test
  void looksAtWhatIsFreeWhereSpaceCannotBeReserved() throws Exception {
    mountImage(16 << 20, "mkfs.ext2 -q -m 0");
    TestUser.run("chown", user.name(), disk().toString());
    try (HostFolder folder = host.downloads(user)) {
      assertThat(refusal(() -> folder.create("disk/big", 20 << 20))).isEqualTo(Reason.NO_SPACE);
      write(folder, "disk/sub/file", "old");
      write(folder, "disk/sub/file", "two", true);
      assertThat(read(folder, "disk/sub/file")).isEqualTo("two");
      long free;
      try (HostUpload upload = folder.create("disk/unannounced", -1)) {
        free = upload.spare();
      }
      try (HostUpload upload = folder.create("disk/announced", 8 << 20)) {
        assertThat(upload.spare()).isEqualTo(free - (8 << 20));
      }
      try (HostUpload upload = folder.create("disk/unannounced", -1)) {
        upload.write(ByteBuffer.allocateDirect(1 << 20));
        upload.write(ByteBuffer.allocateDirect(1 << 20));
        upload.publish("unannounced", false);
      }
      assertThat(user.sh("stat -c %s Downloads/disk/unannounced").trim()).isEqualTo("2097152");
    }
  }

  @Test
  void saysThatAFileSystemIsReadOnly() throws Exception {
    mount("-t", "tmpfs", "-o", "ro,size=1m", "kdst", disk().toString());
    try (HostFolder folder = host.downloads(user)) {
      assertThat(refusal(() -> folder.create("disk/x", 1))).isEqualTo(Reason.READ_ONLY);
    }
  }

  @Test
  void tellsAFullMemoryDisk() throws Exception {
    mount("-t", "tmpfs", "-o", "size=1m,mode=1777", "kdst", disk().toString());
    try (HostFolder folder = host.downloads(user)) {
      assertThat(refusal(() -> folder.create("disk/x", 2 << 20))).isEqualTo(Reason.NO_SPACE);
      try (HostUpload upload = folder.create("disk/y", 512 << 10)) {
        upload.write(direct("y"));
        upload.publish("y", false);
      }
      assertThat(read(folder, "disk/y")).isEqualTo("y");
    }
  }

  @Test
  void clearsNoPagesOfAMemoryDiskAheadAndTellsWhenItFillsUpMeanwhile() throws Exception {
    mount("-t", "tmpfs", "-o", "size=8m,mode=1777", "kdst", disk().toString());
    try (HostFolder folder = host.downloads(user);
        HostUpload one = folder.create("disk/one", 6 << 20)) {
      assertThat(freeBlocks()).isEqualTo((8 << 20) / 4096);
      assertThat(one.spare()).isEqualTo(2 << 20);
      try (HostUpload other = folder.create("disk/other", 6 << 20)) {
        one.write(ByteBuffer.allocateDirect(6 << 20));
        assertThat(refusal(() -> other.write(ByteBuffer.allocateDirect(6 << 20))))
            .isEqualTo(Reason.NO_SPACE);
        assertThat(refusal(() -> other.publish("other", false))).isEqualTo(Reason.IO);
      }
      one.publish("one", false);
      assertThat(user.sh("ls Downloads/disk").strip()).isEqualTo("one");
      assertThat(freeBlocks()).isEqualTo((2 << 20) / 4096);
    }
  }

  private long freeBlocks() throws Exception {
    return Long.parseLong(user.sh("stat -f -c %a Downloads/disk").strip());
  }
}
