package kds.run.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** What an upload is acknowledged by: where it is, and what it holds. */
record Receipt(String path, String crc32c) {
  private static final Pattern MEMBERS =
      Pattern.compile("\"path\":\"([^\"]*)\".*?\"crc32c\":\"([^\"]*)\"");

  /** The one in an answer, which must have one. */
  static Receipt in(String answer) {
    Matcher found = MEMBERS.matcher(answer);
    if (!found.find()) {
      throw new AssertionError("No receipt in: " + answer);
    }
    return new Receipt(found.group(1), found.group(2));
  }

  /** As it has to be for this file. */
  static Receipt of(String path, Path file) throws IOException {
    return new Receipt(path, digest(file));
  }

  static String digest(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(Files.readAllBytes(file));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
