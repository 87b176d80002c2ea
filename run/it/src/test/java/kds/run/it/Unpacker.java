package kds.run.it;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;

/** Other people's programs that read zip archives. */
enum Unpacker {
  /** Info-ZIP; {@code -^} lets it make names with control characters. */
  UNZIP(
      "unzip",
      List.of("unzip", "-q", "-^", "{zip}", "-d", "{into}"),
      List.of("unzip", "-tqq", "{zip}")),

  /** libarchive, which writes every name in the normal form C. */
  BSDTAR(
      "libarchive-tools",
      List.of("bsdtar", "-xf", "{zip}", "-C", "{into}"),
      List.of("sh", "-c", "bsdtar -xOf \"$0\" > /dev/null", "{zip}")),

  /** Python's own library. */
  PYTHON(
      "python3",
      List.of("python3", "-m", "zipfile", "-e", "{zip}", "{into}"),
      List.of("python3", "-m", "zipfile", "-t", "{zip}"));

  private final String debianPackage;
  private final List<String> unpacking;
  private final List<String> testing;

  Unpacker(String debianPackage, List<String> unpacking, List<String> testing) {
    this.debianPackage = debianPackage;
    this.unpacking = unpacking;
    this.testing = testing;
  }

  /** Skips the test, and says so, where the program is not installed. */
  void require() throws Exception {
    SmallDisk.requireProgram(unpacking.getFirst(), debianPackage);
  }

  void unpack(Path zip, Path into) throws Exception {
    run(unpacking, zip, into);
  }

  /** Under which name it writes what is in the archive under this one. */
  String name(String packed) {
    return this == BSDTAR ? Normalizer.normalize(packed, Normalizer.Form.NFC) : packed;
  }

  /** Reads all of it and keeps nothing. */
  void test(Path zip) throws Exception {
    run(testing, zip, zip);
  }

  private static void run(List<String> words, Path zip, Path into) throws Exception {
    Host.succeed(
        words.stream()
            .map(word -> word.replace("{zip}", zip.toString()).replace("{into}", into.toString()))
            .toArray(String[]::new));
  }
}
