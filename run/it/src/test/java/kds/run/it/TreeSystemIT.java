package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * A folder of many files, eight levels deep, with names of every kind: up by forms of thousands of
 * parts, down as one archive, and the same tree for everybody who unpacks it. {@code -Dkds.tree}
 * says how many files; {@code run/soak/tree} is the long form.
 */
class TreeSystemIT {
  private static final int FILES = Integer.getInteger("kds.tree", 1000);

  /** Every second form names files by a part {@code path}, so it has twice as many parts. */
  private static final int IN_A_FORM = Math.clamp(FILES / 2, 1, 2500);

  private static final Pattern RECEIPT = Pattern.compile("\"status\":201");

  @TempDir Path scratch;

  private Service service;
  private Path files;
  private Uploads uploads;

  @BeforeEach
  void start() throws Exception {
    service = Service.fresh().start();
    files = service.home().resolve("Files");
    uploads = Uploads.of(service, files);
  }

  @AfterEach
  void stop() throws Exception {
    if (service != null) {
      service.close();
    }
  }

  @Test
  void bringsAFolderOfEveryNameUpAndDownAgain() throws Exception {
    for (Unpacker unpacker : Unpacker.values()) {
      unpacker.require();
    }
    List<String> paths = FileTree.paths(FILES);
    for (int i = 0; i < FILES; i++) {
      Files.write(source(i), FileTree.content(i));
    }
    FileTree sent = FileTree.of(paths);
    long began = System.nanoTime();
    for (int from = 0; from < FILES; from += IN_A_FORM) {
      List<String> some = paths.subList(from, Math.min(FILES, from + IN_A_FORM));
      String answer = send(some, from, from / IN_A_FORM % 2 == 1);
      assertThat(RECEIPT.matcher(answer).results()).hasSize(some.size());
    }
    long sentAt = System.nanoTime();
    requireSame(sent, FileTree.read(files.resolve("tree")), "on the service's disk");

    // What a form cannot carry.
    Files.createDirectories(files.resolve("tree/empty folder/ \u202e/é"));
    FileTree whole = FileTree.read(files.resolve("tree"));
    Path archive = scratch.resolve("tree.zip");
    long asked = System.nanoTime();
    String status = uploads.get("tree/", archive).status();
    long got = System.nanoTime();
    assertThat(status).isEqualTo("200");
    for (Unpacker unpacker : Unpacker.values()) {
      Path unpacked = Files.createDirectory(scratch.resolve("by-" + unpacker));
      unpacker.unpack(archive, unpacked);
      requireSame(
          whole.renamed(unpacker::name),
          FileTree.read(unpacked.resolve("tree")),
          "unpacked by " + unpacker);
      Service.delete(unpacked);
    }
    LoggerFactory.getLogger(TreeSystemIT.class)
        .warn(
            "{} files in {} folders: up in {} s by forms of {}, down in {} s as {} KiB; the same",
            sent.files().size(),
            sent.folders().size(),
            (sentAt - began) / 1_000_000_000,
            IN_A_FORM,
            (got - asked) / 1_000_000_000,
            Files.size(archive) >> 10);
  }

  private Path source(int number) {
    return scratch.resolve("source-" + number);
  }

  /**
   * Sends files by one form, as curl's own configuration file describes it. As browsers do, curl
   * writes a quote and line ends in a file name as {@code %22}, {@code %0D} and {@code %0A}, and
   * these as they are; a name that holds such a text needs the part {@code path}.
   */
  private String send(List<String> paths, int first, boolean byPath) throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < paths.size(); i++) {
      String path = "tree/" + paths.get(i);
      String file = "file=@" + word(source(first + i).toString());
      if (byPath || path.contains("%22") || path.contains("%0")) {
        lines.add("form-string = " + value("path=" + path));
        lines.add("form = " + value(file));
      } else {
        lines.add("form = " + value(file + ";filename=" + word(path)));
      }
    }
    Path form = Files.write(scratch.resolve("form"), lines);
    Uploads.Answer answer =
        uploads.curl("-m", "900", "--config", form.toString(), service.url("/upload"));
    assertThat(answer.status()).as(end(answer.body())).isEqualTo("201");
    return answer.body();
  }

  private static String end(String text) {
    return text.substring(Math.max(0, text.length() - 2000));
  }

  /** As curl wants a word of a form. */
  private static String word(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** As curl wants a value in a configuration file, around the former. */
  private static String value(String text) {
    return word(text).replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
  }

  private static void requireSame(FileTree expected, FileTree found, String where)
      throws IOException {
    assertThat(found.folders()).as(where).isEqualTo(expected.folders());
    assertThat(found.files().keySet()).as(where).isEqualTo(expected.files().keySet());
    assertThat(found.files())
        .as(where)
        .allSatisfy((path, sums) -> assertThat(expected.files().get(path)).containsAll(sums));
  }
}
