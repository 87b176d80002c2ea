package kds.core.host;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;

/**
 * A path that can be asked for: relative, its parts neither empty nor dots. That it stays where it
 * should is not seen from its text; the kernel watches over that when it is opened.
 *
 * @param text as it was asked for
 * @param parts its parts as the file system knows them; none for the folder itself
 */
record RelativePath(String text, List<byte[]> parts) {
  private static final int MOST_BYTES = 4095;

  /** One that names a file. */
  static RelativePath file(String path) throws HostException {
    if (path.isEmpty()) {
      throw unsafe(path, "it is empty where a file is meant");
    }
    return parse(path);
  }

  /** One that names a folder; empty for the topmost. */
  static RelativePath folder(String path) throws HostException {
    return path.isEmpty() ? new RelativePath("", List.of()) : parse(path);
  }

  /** A single name. */
  static byte[] name(String name) throws HostException {
    if (name.indexOf('/') >= 0) {
      throw unsafe(name, "a name has no /");
    }
    return file(name).last();
  }

  private static RelativePath parse(String path) throws HostException {
    if (path.indexOf('\0') >= 0) {
      throw unsafe(path, "it has a NUL");
    }
    List<byte[]> parts = new ArrayList<>();
    int length = -1;
    for (String part : path.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw unsafe(path, "it is absolute, or has an empty part or one of dots");
      }
      byte[] bytes = encode(path, part);
      length += bytes.length + 1;
      if (length > MOST_BYTES) {
        throw new HostException(
            Reason.NAME_TOO_LONG,
            "A path has at most %d bytes; shorten the names in it".formatted(MOST_BYTES));
      }
      parts.add(bytes);
    }
    return new RelativePath(path, List.copyOf(parts));
  }

  private static byte[] encode(String path, String part) throws HostException {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(part));
      byte[] name = new byte[bytes.remaining()];
      bytes.get(name);
      return name;
    } catch (CharacterCodingException e) {
      throw unsafe(path, "it cannot be written in UTF-8");
    }
  }

  /** A name as the file system has it, unless it is not UTF-8. */
  static Optional<String> decode(CharsetDecoder strict, ByteBuffer name) {
    try {
      return Optional.of(strict.decode(name).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static HostException unsafe(String path, String why) {
    return new HostException(
        Reason.UNSAFE_PATH,
        "The path \"%s\" cannot be asked for: %s".formatted(Failures.visible(path), why));
  }

  /** Whether it is the folder itself. */
  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** The last part. */
  byte[] last() {
    return parts.getLast();
  }

  /** The path without its last part. */
  RelativePath parent() {
    int end = text.lastIndexOf('/');
    return new RelativePath(
        end < 0 ? "" : text.substring(0, end), parts.subList(0, parts.size() - 1));
  }

  /** As one string of bytes, {@code .} for the folder itself. */
  byte[] bytes() {
    return (isEmpty() ? "." : text).getBytes(StandardCharsets.UTF_8);
  }
}
