package kds.storage.transfer;

import java.nio.charset.StandardCharsets;

/**
 * The names to try when a name is taken, as browsers make them: {@code report (1).pdf}, {@code
 * archive (1).tar.gz}, {@code .bashrc (1)}. Pure.
 */
final class ConflictNames {
  /** How long a name may be on Linux file systems, in bytes. */
  static final int LONGEST = 255;

  private static final int LONGEST_EXTENSION = 32;

  private final String stem;
  private final String extension;

  /**
   * Takes a name apart.
   *
   * @param name the wanted name, without a path
   */
  ConflictNames(String name) {
    int dot = extensionAt(name);
    stem = name.substring(0, dot);
    extension = name.substring(dot);
  }

  /** The n-th name to try; shortened, its extension kept, where it would be too long. */
  String name(int n) {
    String mark = " (" + n + ")";
    return shorten(stem, LONGEST - mark.length() - bytes(extension)) + mark + extension;
  }

  /** Where the extension begins: at its dot, or at the end when there is none. */
  private static int extensionAt(String name) {
    int dot = name.lastIndexOf('.');
    if (dot <= 0 || !isExtension(name.substring(dot + 1))) {
      return name.length();
    }
    int before = dot - ".tar".length();
    return before > 0 && name.startsWith(".tar", before) ? before : dot;
  }

  /** What follows a dot is not always an extension: think of {@code Letter to Mr. Smith}. */
  private static boolean isExtension(String text) {
    return !text.isEmpty()
        && bytes(text) <= LONGEST_EXTENSION
        && text.chars().noneMatch(Character::isWhitespace);
  }

  /** Cuts between characters, never inside of one. */
  private static String shorten(String text, int most) {
    int end = text.length();
    while (bytes(text.substring(0, end)) > most) {
      end = text.offsetByCodePoints(end, -1);
    }
    return text.substring(0, end);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
