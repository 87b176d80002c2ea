package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kds.run.it.Uploads.Answer;
import kds.run.it.Uploads.Way;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that fill up and fail under uploads: each is refused with the right words, nothing of it is
 * published or left behind, and the service serves on.
 */
class FaultsSystemIT {
  private static Service service;
  private static Uploads uploads;
  private static Path files;

  @TempDir Path scratch;

  private FaultTrial trial;

  @BeforeAll
  static void start() throws Exception {
    SmallDisk.requireRoot("A disk of its own");
    service = Service.fresh().start();
    files = service.home().resolve("Files");
    uploads = Uploads.of(service, files);
  }

  @BeforeEach
  void prepare() throws Exception {
    trial = new FaultTrial(service, uploads, files, scratch);
  }

  @AfterAll
  static void stop() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  @Test
  void answers507WhenAMemoryFileSystemIsFull() throws Exception {
    try (SmallDisk disk = SmallDisk.tmpfs(files, 16)) {
      trial.fillUp(disk, "no-space");
    }
  }

  @Test
  void answers507WhenADiskIsFull() throws Exception {
    try (SmallDisk disk = SmallDisk.ext4(files, 20)) {
      trial.fillUp(disk, "no-space");
    }
  }

  @Test
  void answers507WhenAQuotaIsUsedUp() throws Exception {
    try (SmallDisk disk = SmallDisk.btrfs(files, 160, 12)) {
      trial.fillUp(disk, "quota");
    }
  }

  @Test
  void answers413WhenAFileIsLargerThanAllowed() throws Exception {
    Path config = service.home().resolve("config.yaml");
    String before = Files.readString(config);
    Path small = trial.keep();
    Path large = Files.write(scratch.resolve("larger"), new byte[400_001]);
    Files.writeString(config, "\ntransfer: {max_upload_size: 400000}\n", StandardOpenOption.APPEND);
    try {
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (uploads.send(Way.PUT_ANNOUNCED, large, Fault.NEW).status().equals("201")) {
        Files.delete(files.resolve(Fault.NEW));
        assertThat(System.nanoTime()).as("the limit holds").isLessThan(until);
      }
      trial.refuse(large, small, "413", "too-large");
    } finally {
      Files.writeString(config, before);
      Files.deleteIfExists(files.resolve(Fault.KEPT));
    }
  }

  /** What is known of an upload in several goes lies on the service's own disk. */
  @Test
  void refusesAnUploadInSeveralGoesThatItCannotNoteDown() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    Path states = service.home().resolve("state/uploads");
    String pid = Files.readString(service.home().resolve("run/pid")).strip();
    Path small = trial.keep();
    for (String call : List.of("rename", "fsync")) {
      try (Injection _ =
          Injection.into(pid, call, "EIO", "1+", call.equals("fsync") ? states : null)) {
        requireRefused(small, "500", states);
      }
    }
    try (SmallDisk _ = SmallDisk.tmpfs(states, 1)) {
      Files.write(states.resolve("filler"), new byte[1 << 20]);
      requireRefused(small, "507", states);
    }
    assertThat(uploads.send(Way.TUS, small, Fault.NEW).status()).isEqualTo("204");
    Files.delete(files.resolve(Fault.NEW));
    Files.delete(files.resolve(Fault.KEPT));
  }

  private void requireRefused(Path file, String status, Path states) throws Exception {
    List<String> before = names(states);
    Answer answer = uploads.send(Way.TUS, file, Fault.NEW);
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains("\"detail\"");
    assertThat(uploads.unfinished()).isEmpty();
    assertThat(uploads.names()).containsExactly(Fault.KEPT);
    assertThat(names(states)).as("states").isEqualTo(before);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** A little of everything, or with {@code -Dkds.faults=all} every combination. */
  @Test
  void letsNoBrokenCallPublishOrLeaveAnything() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    trial.breakEach("all".equals(System.getProperty("kds.faults")) ? Fault.all() : Fault.some());
  }
}
