package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
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
  private static String pid;
  private static Uploads uploads;
  private static Path files;

  @TempDir Path scratch;

  private FaultTrial trial;

  @BeforeAll
  static void start() throws Exception {
    SmallDisk.requireRoot("A disk of its own");
    service = Service.fresh().start();
    pid = service.pid();
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
      Soon.until(
          "the limit holds",
          () -> {
            uploads.send(Way.PUT_ANNOUNCED, large, Fault.NEW);
            return !Files.deleteIfExists(files.resolve(Fault.NEW));
          });
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
      return all.map(file -> file.getFileName().toString())
          .sorted()
          .collect(Collectors.toCollection(ArrayList::new));
    }
  }

  @Test
  void letsNoBrokenCallPublishOrLeaveAnything() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    // Not where temporary files happen to lie: a memory file system reserves no space, for one.
    try (SmallDisk _ = SmallDisk.ext4(files, 64)) {
      trial.breakEach(Fault.chosen());
    }
  }

  @Test
  void givesSpaceBackThoughAHiddenNameStays() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    try (SmallDisk disk = SmallDisk.ext4(files, 64)) {
      final long free = disk.free();
      TusUpload upload = unfinished("renameat2", trial.random("large", 8 << 20));
      assertThat(disk.free()).as("control: it takes space").isLessThanOrEqualTo(free - (8 << 20));
      try (Injection _ = Injection.into(pid, "unlinkat", "EIO", "1+", null)) {
        assertThat(upload.terminate().status()).isEqualTo("204");
      }
      assertThat(uploads.names()).singleElement().asString().startsWith(".");
      assertThat(disk.free()).isGreaterThan(free - (1 << 20));
      assertThat(upload.goOn().status()).isEqualTo("410");
    }
  }

  /** What is known of an upload cannot be read for a while: it is refused, and goes on later. */
  @Test
  void goesOnWithAnUploadWhoseStateCouldNotBeRead() throws Exception {
    SmallDisk.requireProgram("strace", "strace");
    Path source = trial.random("source", 300_000);
    Path states = service.home().resolve("state/uploads");
    List<String> before = names(states);
    TusUpload upload = unfinished("pwrite64", source);
    List<String> state = names(states);
    state.removeAll(before);
    assertThat(state).hasSize(1);
    for (String call : List.of("openat", "/fstat", "lseek", "read")) {
      try (Injection _ = Injection.into(pid, call, "EIO", "1+", states.resolve(state.getFirst()))) {
        Answer answer = upload.goOn();
        assertThat(answer.status()).as("%s: %s", call, answer.body()).isEqualTo("500");
      }
      assertThat(uploads.held(pid)).as(call).isEmpty();
    }
    assertThat(upload.goOn().status()).isEqualTo("204");
    assertThat(files.resolve(Fault.NEW)).hasSameBinaryContentAs(source);
    assertThat(uploads.names()).containsExactly(Fault.NEW);
    Files.delete(files.resolve(Fault.NEW));
  }

  /** An upload in several goes that a failing call left unfinished. */
  private static TusUpload unfinished(String call, Path source) throws Exception {
    try (Injection _ = Injection.into(pid, call, "EIO", "1+", null)) {
      assertThat(uploads.send(Way.TUS, source, Fault.NEW).status()).isEqualTo("500");
    }
    return uploads.unfinished().getFirst();
  }
}
