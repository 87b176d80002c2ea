package kds.scripts;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Ids of runs: UUIDs of version 7 (RFC 9562), which sort by their time, so that a run's file is
 * found by its id alone and the newest ones by their names.
 */
final class RunId {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private RunId() {}

  /** One of a run that began then. */
  static String of(Instant began) {
    long fraction = began.getNano() / 1000 % 1000; // Microseconds; 12 bits are free for them.
    long time = began.toEpochMilli() << 16 | 0x7000 | fraction;
    long random = ThreadLocalRandom.current().nextLong() & 0x3fff_ffff_ffff_ffffL;
    return new UUID(time, random | 1L << 63).toString();
  }

  /** Whether this can be one. */
  static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }
}
