package kds.core.config;

/**
 * One thing wrong with the configuration.
 *
 * @param key as the administrator writes it, as {@code transfer.max_upload_size}; empty for none
 * @param what what is wrong, a sentence
 * @param remedy what to do, a sentence
 */
record Flaw(Spot spot, String key, String what, String remedy) {
  private static final int MOST_SHOWN = 60;

  /** The one line that logs and health show. */
  String line(Object file) {
    StringBuilder line = new StringBuilder().append(file).append(':');
    if (spot.line() > 0) {
      line.append(spot.line()).append(':').append(spot.column()).append(':');
    }
    if (!key.isEmpty()) {
      line.append(' ').append(key).append(':');
    }
    return line.append(' ').append(what).append(' ').append(remedy).toString();
  }

  /** A value fit for a message: short, on one line. */
  static String quote(String value) {
    String plain = value.replaceAll("\\p{Cntrl}", " ");
    return "'" + (plain.length() > MOST_SHOWN ? plain.substring(0, MOST_SHOWN) + "…" : plain) + "'";
  }
}
