package kds.api.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one place where durations and sizes of the configuration are read. A component's
 * configuration type declares them as {@code String}, because Metatype knows neither.
 */
public final class Quantity {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)\\s*([A-Za-z]*)");

  private static final Map<String, BigDecimal> MILLIS =
      Map.of(
          "ms", BigDecimal.ONE,
          "s", BigDecimal.valueOf(1_000),
          "m", BigDecimal.valueOf(60_000),
          "h", BigDecimal.valueOf(3_600_000),
          "d", BigDecimal.valueOf(86_400_000));

  private static final Map<String, BigDecimal> BYTES =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("B", BigDecimal.ONE),
          Map.entry("KB", BigDecimal.valueOf(1_000L)),
          Map.entry("MB", BigDecimal.valueOf(1_000_000L)),
          Map.entry("GB", BigDecimal.valueOf(1_000_000_000L)),
          Map.entry("TB", BigDecimal.valueOf(1_000_000_000_000L)),
          Map.entry("KiB", BigDecimal.valueOf(1L << 10)),
          Map.entry("MiB", BigDecimal.valueOf(1L << 20)),
          Map.entry("GiB", BigDecimal.valueOf(1L << 30)),
          Map.entry("TiB", BigDecimal.valueOf(1L << 40)));

  private Quantity() {}

  /**
   * Reads a duration: a number and one of {@code ms s m h d}, as {@code 500ms} or {@code 1.5h}.
   *
   * @throws IllegalArgumentException when it is not one; the message says how to write it
   */
  public static Duration duration(String text) {
    BigDecimal millis = read(text, MILLIS, "a duration", "5m (units: ms, s, m, h, d)");
    return Duration.ofMillis(exact(millis, text));
  }

  /**
   * The same for the value of a key, which a message then names.
   *
   * @param key as it stands in the configuration, as {@code scripts.timeout}
   */
  public static Duration duration(String key, String text) {
    return named(key, () -> duration(text));
  }

  /**
   * Reads a size in bytes: a number and, if wanted, one of {@code B KB MB GB TB KiB MiB GiB TiB}.
   *
   * @throws IllegalArgumentException when it is not one; the message says how to write it
   */
  public static long bytes(String text) {
    return exact(
        read(text, BYTES, "a size", "10MiB (units: B, KB, MB, GB, TB, KiB, MiB, GiB, TiB)"), text);
  }

  /**
   * The same for the value of a key, which a message then names.
   *
   * @param key as it stands in the configuration, as {@code transfer.bandwidth}
   */
  public static long bytes(String key, String text) {
    return named(key, () -> bytes(text));
  }

  private static <T> T named(String key, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  private static BigDecimal read(
      String text, Map<String, BigDecimal> units, String what, String example) {
    Matcher matcher = TEXT.matcher(text.strip());
    BigDecimal unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException(
          "'" + text + "' is not " + what + ". Write it like " + example + ".");
    }
    return new BigDecimal(matcher.group(1)).multiply(unit);
  }

  private static long exact(BigDecimal value, String text) {
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too large or too fine a number.", e);
    }
  }
}
