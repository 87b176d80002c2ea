package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import kds.run.it.Uploads.Answer;
import kds.run.it.Uploads.Way;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that fill up and fail under uploads: each is refused with the right words, nothing of it is
 * published or left behind, and the service serves on.
 */
class FaultsSystemIT {
  /** A file that fits on no disk of these tests, and one that does. */
  private static final int LARGE = 24 << 20;

  private static final int SMALL = 300_000;

  private static Service service;
  private static String pid;
  private static Uploads uploads;
  private static Path files;

  @TempDir Path scratch;

  /** One way in which a call may fail, and what a client is told. */
  private record Fault(String call, String error, String when, Way way, String status) {}

  @BeforeAll
  static void start() throws Exception {
    SmallDisk.requireRoot("A disk of its own");
    service = Service.fresh().start();
    pid = Files.readString(service.home().resolve("run/pid")).strip();
    files = service.home().resolve("Files");
    uploads = Uploads.of(service, files);
  }

  @AfterAll
  static void stop() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  private Path random(String name, int bytes) throws Exception {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return Files.write(scratch.resolve(name), content);
  }

  @Test
  void answers507WhenAMemoryFileSystemIsFull() throws Exception {
    try (SmallDisk disk = SmallDisk.tmpfs(files, 16)) {
      fillUp(disk, "no-space");
    }
  }

  @Test
  void answers507WhenADiskIsFull() throws Exception {
    try (SmallDisk disk = SmallDisk.ext4(files, 20)) {
      fillUp(disk, "no-space");
    }
  }

  @Test
  void answers507WhenAQuotaIsUsedUp() throws Exception {
    SmallDisk.requireProgram("mkfs.btrfs", "btrfs-progs");
    try (SmallDisk disk = SmallDisk.btrfs(files, 160, 12)) {
      fillUp(disk, "quota");
    }
  }

  /** Every way, refused and cleaned up, and then one that fits. */
  private void fillUp(SmallDisk disk, String word) throws Exception {
    Path large = random("large", LARGE);
    Path small = random("small", SMALL);
    assertThat(uploads.send(Way.PUT_ANNOUNCED, small, "kept").status()).isEqualTo("201");
    long free = disk.free();
    for (Way way : Way.values()) {
      String name = way == Way.OVERWRITE ? "kept" : "new";
      Answer answer = uploads.send(way, large, name);
      assertThat(answer.status()).as("%s: %s", way, answer.body()).isEqualTo("507");
      assertThat(answer.body()).contains(word);
      requireUntouched(small, way.toString());
    }
    assertThat(disk.free()).isGreaterThanOrEqualTo(free - (1 << 20));
    assertThat(uploads.send(Way.FORM, small, "second").status()).isEqualTo("201");
    Files.delete(files.resolve("kept"));
    Files.delete(files.resolve("second"));
  }

  @Test
  void letsNoBrokenCallPublishOrLeaveAnything() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    Path small = random("small", SMALL);
    uploads.send(Way.PUT_ANNOUNCED, small, "kept");
    for (Fault fault : faults()) {
      String name = fault.way() == Way.OVERWRITE ? "kept" : "new";
      Answer answer;
      try (Injection _ = inject(fault)) {
        answer = uploads.send(fault.way(), random("other", SMALL + 1), name);
      }
      assertThat(answer.status()).as("%s: %s", fault, answer.body()).isEqualTo(fault.status());
      if (fault.status().equals("201")) {
        Files.delete(files.resolve("new"));
      } else {
        assertThat(answer.body()).as("%s", fault).contains("\"detail\"");
      }
      requireUntouched(small, fault.toString());
    }
    assertThat(uploads.send(Way.PUT_ANNOUNCED, small, "last").status()).isEqualTo("201");
    Files.delete(files.resolve("last"));
    Files.delete(files.resolve("kept"));
  }

  /** {@code folder} is for the calls on the folder alone, after the file has got its name. */
  private static Injection inject(Fault fault) throws Exception {
    boolean onFolder = fault.when().equals("folder");
    return Injection.into(
        pid, fault.call(), fault.error(), onFolder ? "1+" : fault.when(), onFolder ? files : null);
  }

  private void requireUntouched(Path kept, String after) throws Exception {
    assertThat(uploads.held(pid)).as(after).isEmpty();
    assertThat(uploads.names()).as(after).containsExactly("kept");
    assertThat(Files.mismatch(kept, files.resolve("kept"))).as(after).isEqualTo(-1);
  }

  /** What is tried: a little of everything, or with {@code -Dkds.faults=all} every combination. */
  private static List<Fault> faults() {
    if ("all".equals(System.getProperty("kds.faults"))) {
      return all();
    }
    return List.of(
        new Fault("openat2", "EIO", "1+", Way.PUT_ANNOUNCED, "500"),
        new Fault("fallocate", "EDQUOT", "1+", Way.PUT_ANNOUNCED, "507"),
        new Fault("fallocate", "EOPNOTSUPP", "1+", Way.PUT_ANNOUNCED, "201"),
        new Fault("pwrite64", "ENOSPC", "1+", Way.FORM, "507"),
        new Fault("pwrite64", "EIO", "2+", Way.PUT_ANNOUNCED, "500"),
        new Fault("pwrite64", "EFBIG", "1+", Way.PUT_UNANNOUNCED, "413"),
        new Fault("ftruncate", "EIO", "1+", Way.PUT_UNANNOUNCED, "500"),
        new Fault("fsync", "EIO", "1+", Way.PUT_ANNOUNCED, "500"),
        new Fault("fsync", "EIO", "folder", Way.PUT_UNANNOUNCED, "500"),
        new Fault("fsync", "ENOSPC", "1+", Way.OVERWRITE, "507"),
        new Fault("linkat", "EDQUOT", "1+", Way.PUT_ANNOUNCED, "507"),
        new Fault("/^rename", "EIO", "1+", Way.OVERWRITE, "500"));
  }

  private static List<Fault> all() {
    List<Fault> all = new ArrayList<>();
    for (Way way : Way.values()) {
      all.add(new Fault("openat2", "EIO", "1+", way, "500"));
      all.add(new Fault("openat2", "EMFILE", "1+", way, "503"));
      for (String call : List.of("fallocate", "pwrite64", "fsync", "linkat")) {
        for (String error : List.of("EIO", "ENOSPC", "EDQUOT")) {
          all.add(new Fault(call, error, "1+", way, error.equals("EIO") ? "500" : "507"));
        }
      }
    }
    for (String error : List.of("EIO", "ENOSPC", "EDQUOT")) {
      String status = error.equals("EIO") ? "500" : "507";
      all.add(new Fault("/^rename", error, "1+", Way.OVERWRITE, status));
      all.add(new Fault("ftruncate", error, "1+", Way.PUT_UNANNOUNCED, status));
      all.add(new Fault("ftruncate", error, "1+", Way.FORM, status));
      all.add(new Fault("pwrite64", error, "2+", Way.PUT_ANNOUNCED, status));
      all.add(new Fault("fsync", error, "folder", Way.PUT_ANNOUNCED, status));
      all.add(new Fault("fsync", error, "folder", Way.FORM, status));
      all.add(new Fault("openat2", error, "folder", Way.PUT_UNANNOUNCED, status));
      all.add(new Fault("openat2", error, "folder", Way.FORM, status));
    }
    return all;
  }
}
