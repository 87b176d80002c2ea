package kds.http.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import kds.http.testing.House;
import kds.http.testing.Raw.Answer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderArchiveTest {
  /** The same word in both normal forms, and names of other scripts and odd letters. */
  private static final List<String> NAMES =
      List.of(
          "caf\u00e9",
          "cafe\u0301",
          "Ελληνικά",
          "日本語",
          "العربية",
          "עברית",
          "हिन्दी",
          "ไทย",
          "한국어",
          "\u1112\u1161\u11ab",
          "😀 emoji",
          "back\\slash",
          "semi;colon",
          "quo\"te",
          "per%41cent",
          "c:olon",
          " leading and trailing ",
          "-dash",
          "a'b",
          "star*?");

  @TempDir Path base;
  private Path folder;
  private House house;

  @BeforeEach
  void open() throws Exception {
    folder = Files.createDirectory(base.resolve("Downloads"));
    house = new House(folder);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private Answer get(String target) throws IOException {
    return house.client.call("GET", target);
  }

  private Path unzipped(byte[] archive) throws Exception {
    Path zip = Files.write(base.resolve("archive.zip"), archive);
    Path out = Files.createDirectory(base.resolve("out"));
    run("unzip", "-tqq", zip.toString());
    run("unzip", "-qq", zip.toString(), "-d", out.toString());
    return out;
  }

  private static void run(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      org.slf4j.LoggerFactory.getLogger(FolderArchiveTest.class)
          .warn("Skipped: needs {}: {}", command[0], e.getMessage());
      Assumptions.abort(command[0] + " is not installed");
      return;
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        boolean file = Files.isRegularFile(path);
        tree.put(
            root.relativize(path).toString(),
            file ? Integer.toHexString(Arrays.hashCode(Files.readAllBytes(path))) : "folder");
      }
    }
    return tree;
  }

  @Test
  void givesTheSameTreeBackToUnzip() throws Exception {
    Path deep = folder.resolve("tree");
    for (String name : NAMES) {
      Path sub = Files.createDirectories(deep.resolve(name).resolve("1/2/3/4/5/6"));
      Files.writeString(sub.resolve(name + ".txt"), "text of " + name + "\n".repeat(1000));
    }
    byte[] noise = new byte[1_000_003];
    new Random(3).nextBytes(noise);
    Files.write(deep.resolve("noise.bin"), noise);
    Files.write(deep.resolve("empty"), new byte[0]);
    Files.createDirectory(deep.resolve("empty folder"));
    FileTime time = FileTime.from(Instant.parse("2020-02-29T12:34:56Z"));
    Files.setLastModifiedTime(deep.resolve("noise.bin"), time);

    Answer answer = get("/Downloads/tree");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.headers())
        .containsEntry("Content-Type", "application/zip")
        .containsEntry("Cache-Control", "no-store")
        .containsEntry("X-Content-Type-Options", "nosniff")
        .containsEntry("Kds-Place", "home; reason=home")
        .doesNotContainKey("Content-Length");
    assertThat(answer.headers().get("Content-Disposition"))
        .isEqualTo("attachment; filename=\"tree.zip\"; filename*=UTF-8''tree.zip");
    Path out = unzipped(answer.body());
    assertThat(tree(out.resolve("tree"))).isEqualTo(tree(deep));
    assertThat(Files.list(out)).hasSize(1);
    assertThat(Files.getLastModifiedTime(out.resolve("tree/noise.bin"))).isEqualTo(time);
    assertThat(house.files.open.await(0)).isZero();
    assertThat(house.gate.leases.await(0)).isZero();
  }

  @Test
  void namesWhatWasLeftOutInALastEntry() throws Exception {
    Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("a"), "a");
    Files.createSymbolicLink(folder.resolve("sub/link\nbreak"), Path.of("/etc/passwd"));

    Path out = unzipped(get("/Downloads/sub/").body());

    assertThat(out.resolve("sub/a")).hasContent("a");
    assertThat(out.resolve("sub/link\nbreak")).doesNotExist();
    assertThat(out.resolve("kds-left-out.txt")).hasContent("link\uFFFDbreak: A link.\n");
  }

  @Test
  void archivesTheTopmostFolder() throws Exception {
    Files.writeString(folder.resolve("a"), "a");
    Path out = unzipped(get("/Downloads/?format=zip").body());
    assertThat(out.resolve("Downloads/a")).hasContent("a");
  }

  @Test
  void compressesTextAndPassesOnWhatWouldNotShrink() throws Exception {
    Files.write(folder.resolve("text"), "the same words again\n".repeat(100_000).getBytes(UTF_8));
    assertThat(get("/Downloads/").body().length).isLessThan(100_000);
    byte[] noise = new byte[1 << 20];
    new Random(5).nextBytes(noise);
    Files.write(folder.resolve("text"), noise);
    assertThat(get("/Downloads/").body().length).isBetween(1 << 20, (1 << 20) + 1000);
  }

  @Test
  void answersHeadWithTheSameHeaders() throws Exception {
    Files.createDirectory(folder.resolve("sub"));
    for (String target : List.of("/Downloads/sub", "/Downloads/sub/", "/Downloads/")) {
      Map<String, String> got = new TreeMap<>(get(target).headers());
      Answer head = house.client.call("HEAD", target);
      Map<String, String> headers = new TreeMap<>(head.headers());
      assertThat(head.status()).isEqualTo(200);
      assertThat(headers).doesNotContainKey("content-length");
      for (String other :
          List.of("date", "kds-request-id", "transfer-encoding", "content-length")) {
        got.keySet().removeIf(other::equalsIgnoreCase);
        headers.keySet().removeIf(other::equalsIgnoreCase);
      }
      assertThat(headers).isEqualTo(got);
    }
  }

  @Test
  void refusesWhatIsNoFolderAndOtherFormats() throws Exception {
    Files.writeString(folder.resolve("file"), "x");
    Files.createDirectory(folder.resolve("sub"));
    assertThat(get("/Downloads/file/").status()).isEqualTo(409);
    assertThat(get("/Downloads/file?format=zip").status()).isEqualTo(409);
    assertThat(get("/Downloads/none/").status()).isEqualTo(404);
    assertThat(get("/Downloads/sub/?format=tar").status()).isEqualTo(400);
    assertThat(house.client.put("/Downloads/sub/", "x").status()).isEqualTo(400);
    assertThat(house.files.open.await(0)).isZero();
  }
}
