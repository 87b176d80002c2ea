package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Folders as archives, read by other people's programs: beyond the numbers that the format once had
 * room for, and changed while they are packed. {@code -Dkds.archive=large} tries entries and
 * archives of more than 4 GiB, too, for which it needs 5 GiB in the folder for temporary files.
 */
class ArchiveSystemIT {
  private static final boolean LARGE = "large".equals(System.getProperty("kds.archive"));
  private static final long FOUR_GIB = 4L << 30;
  private static final int MANY = 66_000;

  /** Far more than connections and pipes hold on the way. */
  private static final int LARGEST = 32 << 20;

  private static final int SHORTER = 28 << 20;
  private static final String SECRET = "of somebody else";

  private static Service service;
  private static Path files;
  private static Uploads uploads;

  @TempDir Path scratch;

  @BeforeAll
  static void start() throws Exception {
    for (Unpacker unpacker : Unpacker.values()) {
      unpacker.require();
    }
    service = Service.fresh().start();
    files = service.home().resolve("Files");
    uploads = Uploads.of(service, files);
  }

  @AfterAll
  static void stop() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  /** What Python reads in the archive's directory: how many entries, and the largest numbers. */
  private static String directory(Path zip) throws Exception {
    String program =
        "import sys, zipfile; all = zipfile.ZipFile(sys.argv[1]).infolist();"
            + "print(len(all), max(e.file_size for e in all), max(e.compress_size for e in all),"
            + "max(e.header_offset for e in all))";
    return Host.succeed("python3", "-c", program, zip.toString());
  }

  private Path download(String folder) throws Exception {
    Path zip = scratch.resolve("archive.zip");
    assertThat(uploads.curl("-m", "600", "-o", zip.toString(), url(folder)).status())
        .isEqualTo("200");
    return zip;
  }

  private static String url(String folder) {
    return service.url("/Downloads/" + folder + "/");
  }

  @Test
  void packsMoreFilesThanSixteenBitsCount() throws Exception {
    Path folder = Files.createDirectory(files.resolve("many"));
    for (int i = 0; i < MANY; i++) {
      Files.createFile(folder.resolve("file-" + i));
    }
    try {
      Path zip = download("many");
      assertThat(directory(zip)).startsWith(MANY + 1 + " 0 ");
      for (Unpacker unpacker : Unpacker.values()) {
        unpacker.test(zip);
      }
    } finally {
      Service.delete(folder);
    }
  }

  @Test
  void packsMoreBytesThanThirtyTwoBitsCount() throws Exception {
    if (!LARGE) {
      SmallDisk.skip("archives of more than 4 GiB are for run/soak/tree (-Dkds.archive=large)");
    }
    Path folder = Files.createDirectory(files.resolve("large"));
    byte[] random = new byte[1 << 20];
    new Random(1).nextBytes(random);
    // By its beginning it is taken for one that cannot be compressed; the rest takes no space here.
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("1-as-is").toFile(), "rw")) {
      file.write(random);
      file.setLength(FOUR_GIB + 4711);
    }
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("2-zeros").toFile(), "rw")) {
      file.setLength(FOUR_GIB + 815);
    }
    Files.write(folder.resolve("3-behind"), random);
    try {
      Path zip = download("large");
      String[] told = directory(zip).split(" ");
      assertThat(told[0]).isEqualTo("4");
      assertThat(Long.parseLong(told[1])).isEqualTo(FOUR_GIB + 4711);
      assertThat(Long.parseLong(told[2])).isGreaterThan(FOUR_GIB);
      assertThat(Long.parseLong(told[3])).isGreaterThan(FOUR_GIB);
      for (Unpacker unpacker : Unpacker.values()) {
        long began = System.nanoTime();
        unpacker.test(zip);
        LoggerFactory.getLogger(ArchiveSystemIT.class)
            .warn("{}: {} s", unpacker, (System.nanoTime() - began) / 1_000_000_000);
      }
    } finally {
      Service.delete(folder);
    }
  }

  /** Something that happens to a folder while its first file is on the way. */
  @FunctionalInterface
  private interface Change {
    void happen(Path folder, Path outside) throws Exception;
  }

  /** Lets it happen, and unpacks what came by every program. */
  private Path whileItIsPacked(Change change) throws Exception {
    Path outside = Files.createDirectories(scratch.resolve("outside"));
    Files.writeString(outside.resolve("x"), SECRET);
    Path folder = changing();
    Path zip = scratch.resolve("changed.zip");
    try {
      Process curl = uploads.stream("changing/");
      try (InputStream in = curl.getInputStream();
          var out = Files.newOutputStream(zip)) {
        out.write(in.readNBytes(1 << 20));
        change.happen(folder, outside);
        in.transferTo(out);
        assertThat(curl.waitFor()).isZero();
      } finally {
        curl.destroy();
      }
    } finally {
      Service.delete(folder);
    }
    for (Unpacker unpacker : Unpacker.values()) {
      unpacker.test(zip);
    }
    Path unpacked = Files.createDirectory(scratch.resolve("unpacked"));
    Unpacker.UNZIP.unpack(zip, unpacked);
    assertThat(FileTree.read(unpacked).files().values())
        .noneMatch(sums -> sums.contains(FileTree.sum(SECRET.getBytes(StandardCharsets.UTF_8))));
    assertThat(unpacked.resolve("changing/7-same")).hasContent("same");
    return unpacked;
  }

  private static Path changing() throws Exception {
    Path folder = Files.createDirectory(files.resolve("changing"));
    byte[] large = new byte[LARGEST];
    new Random(2).nextBytes(large);
    Files.write(folder.resolve("1-large"), large);
    for (String name : new String[] {"2-grows", "3-shrinks", "4-vanishes", "5-turns"}) {
      Files.writeString(folder.resolve(name), "as it was");
    }
    Files.createDirectory(folder.resolve("6-folder"));
    Files.writeString(folder.resolve("6-folder/x"), "as it was");
    Files.writeString(folder.resolve("7-same"), "same");
    return folder;
  }

  @Test
  void packsWhatChangesBeforeItIsReadAsItIsThen() throws Exception {
    Path unpacked =
        whileItIsPacked(
            (folder, outside) -> {
              Files.writeString(folder.resolve("2-grows"), " and more", StandardOpenOption.APPEND);
              Files.writeString(folder.resolve("3-shrinks"), "as");
              Files.delete(folder.resolve("4-vanishes"));
              Files.delete(folder.resolve("5-turns"));
              Files.createSymbolicLink(folder.resolve("5-turns"), outside.resolve("x"));
              Files.delete(folder.resolve("6-folder/x"));
              Files.delete(folder.resolve("6-folder"));
              Files.createSymbolicLink(folder.resolve("6-folder"), outside);
            });
    assertThat(unpacked.resolve("changing/2-grows")).hasContent("as it was and more");
    assertThat(unpacked.resolve("changing/3-shrinks")).hasContent("as");
    assertThat(unpacked.resolve("kds-left-out.txt"))
        .content()
        .contains("4-vanishes: It vanished")
        .contains("5-turns: It is a link")
        .contains("6-folder: It is a link");
    assertThat(unpacked.resolve("changing/1-large")).hasSize(LARGEST);
  }

  @Test
  void saysSoWhenAFileBecomesShorterWhileItIsRead() throws Exception {
    Path unpacked =
        whileItIsPacked(
            (folder, _) -> {
              try (var file = new RandomAccessFile(folder.resolve("1-large").toFile(), "rw")) {
                file.setLength(SHORTER);
              }
            });
    assertThat(unpacked.resolve("changing/1-large")).hasSize(SHORTER);
    assertThat(unpacked.resolve("kds-left-out.txt"))
        .content()
        .contains("1-large: It became shorter while it was read: " + SHORTER + " bytes came.");
  }

  @Test
  void saysSoWhenAFileGrowsWhileItIsRead() throws Exception {
    Path unpacked =
        whileItIsPacked(
            (folder, _) ->
                Files.writeString(folder.resolve("1-large"), "more", StandardOpenOption.APPEND));
    assertThat(unpacked.resolve("changing/1-large")).hasSize(LARGEST);
    assertThat(unpacked.resolve("kds-left-out.txt"))
        .content()
        .contains("1-large: It changed while it was read");
  }

  @Test
  void packsTheWholeOfAFileThatVanishesWhileItIsRead() throws Exception {
    Path unpacked = whileItIsPacked((folder, _) -> Files.delete(folder.resolve("1-large")));
    assertThat(unpacked.resolve("changing/1-large")).hasSize(LARGEST);
    assertThat(unpacked.resolve("kds-left-out.txt")).doesNotExist();
  }
}
