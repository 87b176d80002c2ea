package kds.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Writes times of the day, the local one. Each second is put into words once. Not thread-safe. */
final class Clock {
  private static final DateTimeFormatter SECOND =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.", java.util.Locale.ROOT);

  private long second = Long.MIN_VALUE;
  private byte[] words = new byte[0];

  /**
   * Writes a time.
   *
   * @param millis since 1970
   */
  void write(long millis, Bytes to) {
    long now = Math.floorDiv(millis, 1000);
    if (now != second) {
      words =
          SECOND
              .format(Instant.ofEpochSecond(now).atZone(ZoneId.systemDefault()))
              .getBytes(StandardCharsets.US_ASCII);
      second = now;
    }
    to.add(words).digits((int) Math.floorMod(millis, 1000L), 3);
  }
}
