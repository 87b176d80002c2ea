package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import kds.run.it.Uploads.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that cannot be read: a client is told so, or the connection is cut, but nobody takes a part
 * for the whole.
 */
class ReadFaultsSystemIT {
  private static final String READS = "preadv2,pread64";
  private static final int SIZE = 24 << 20;

  /** What curl says when a body broke off. */
  private static final List<Integer> CUT = List.of(18, 56);

  private static Service service;
  private static String pid;
  private static Uploads uploads;
  private static Path files;
  private static Path large;

  @TempDir Path scratch;

  @BeforeAll
  static void start() throws Exception {
    SmallDisk.requireRoot("Stopping calls of another process");
    SmallDisk.requireProgram("strace", "strace");
    for (Unpacker unpacker : Unpacker.values()) {
      unpacker.require();
    }
    service = Service.fresh().start();
    pid = service.pid();
    files = service.home().resolve("Files");
    uploads = Uploads.of(service, files);
    byte[] content = new byte[SIZE];
    new Random(SIZE).nextBytes(content);
    Files.createDirectories(files.resolve("folder/sub"));
    large = Files.write(files.resolve("folder/large"), content);
    Files.writeString(files.resolve("folder/small"), "small");
    Files.writeString(files.resolve("folder/sub/deep"), "deep");
  }

  @AfterAll
  static void stop() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  /** Once without a fault, so that each of these can fail. */
  @BeforeEach
  void isWholeOtherwise() throws Exception {
    Path whole = scratch.resolve("whole");
    assertThat(fetch(whole, "folder/large").exit()).isZero();
    assertThat(Files.mismatch(large, whole)).isEqualTo(-1);
    assertThat(uploads.held(pid)).isEmpty();
  }

  private static Outcome fetch(Path into, String name, String... more) throws Exception {
    return uploads.fetch(into, name, more);
  }

  private static Injection failing(String calls, String when, Path path) throws Exception {
    return Injection.into(pid, calls, "EIO", when, path);
  }

  @Test
  void answers500WhenTheFirstByteCannotBeRead() throws Exception {
    Path got = scratch.resolve("got");
    for (String call : List.of(READS, "statx")) {
      try (Injection _ = failing(call, "1+", large)) {
        assertThat(fetch(got, "folder/large").output()).as(call).isEqualTo("500");
      }
      assertThat(got).as(call).content().contains("problem:failed", "\"detail\"");
    }
    try (Injection _ = Injection.into(pid, "openat2", "EIO", "1+", null)) {
      assertThat(fetch(got, "folder/large").output()).isEqualTo("500");
    }
  }

  @Test
  void cutsTheConnectionWhenALaterByteCannotBeRead() throws Exception {
    Path got = scratch.resolve("got");
    List<String[]> requests =
        List.of(
            new String[] {},
            new String[] {"-r", "1000000-" + (SIZE - 1)},
            new String[] {"-r", "0-9999999,10000001-" + (SIZE - 1)},
            new String[] {"--http1.0"});
    for (String[] request : requests) {
      Outcome done;
      try (Injection _ = failing(READS, "3+", large)) {
        done = fetch(got, "folder/large", request);
      }
      String which = String.join(" ", request) + ": " + done;
      assertThat(done.exit()).as(which).isIn(CUT);
      assertThat(Files.size(got)).as(which).isPositive().isLessThan(SIZE - 1_000_001L);
      assertThat(uploads.held(pid)).as(which).isEmpty();
    }
  }

  @Test
  void goesOnWithTheOtherFilesOfAFolderAndSaysWhatIsMissing() throws Exception {
    Path zip = scratch.resolve("got.zip");
    try (Injection _ = failing(READS, "3+", large)) {
      assertThat(fetch(zip, "folder/").exit()).isZero();
    }
    Path unpacked = unpacked(zip, "large");
    assertThat(unpacked.resolve("kds-left-out.txt"))
        .content()
        .containsPattern("large: Reading broke off after [1-9][0-9]* bytes");
    assertThat(unpacked.resolve("folder/small")).hasContent("small");
    assertThat(unpacked.resolve("folder/sub/deep")).hasContent("deep");
    assertThat(Files.size(unpacked.resolve("folder/large"))).isPositive().isLessThan(SIZE);
  }

  @Test
  void saysWhichFolderCouldNotBeListed() throws Exception {
    Path zip = scratch.resolve("got.zip");
    try (Injection _ = failing("getdents64", "1+", files.resolve("folder/sub"))) {
      assertThat(fetch(zip, "folder/").exit()).isZero();
    }
    Path unpacked = unpacked(zip, "sub");
    assertThat(unpacked.resolve("kds-left-out.txt")).content().contains("sub: ");
    assertThat(unpacked.resolve("folder/sub/deep")).doesNotExist();
    assertThat(unpacked.resolve("folder/large")).hasSize(SIZE);
    try (Injection _ = failing("getdents64", "1+", files.resolve("folder"))) {
      assertThat(fetch(zip, "folder/").output()).isEqualTo("500");
      assertThat(list().status()).isEqualTo("500");
    }
    assertThat(list().body()).contains("\"large\"", "\"small\"", "\"sub\"");
  }

  @Test
  void countsWhatCouldNotBeLookedAt() throws Exception {
    try (Injection _ = failing("statx", "1+", files.resolve("folder"))) {
      assertThat(list().body()).contains("\"files\":[]", "\"left_out\":3");
    }
    assertThat(list().body()).contains("\"left_out\":0");
  }

  private static Answer list() throws Exception {
    return uploads.curl(service.url("/api/downloads?path=folder"));
  }

  private Path unpacked(Path zip, String name) throws Exception {
    for (Unpacker unpacker : Unpacker.values()) {
      unpacker.test(zip);
    }
    Path into = Files.createDirectory(scratch.resolve("unpacked-" + name));
    Unpacker.UNZIP.unpack(zip, into);
    return into;
  }
}
