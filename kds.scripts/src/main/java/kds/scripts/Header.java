package kds.scripts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kds.api.config.Quantity;
import org.jspecify.annotations.Nullable;

/**
 * What a script asks for in the comments at its top: {@code # kds: user=session timeout=30s wait
 * after=10-foo.sh}.
 *
 * @param asSessionUser whether it runs as the session's user instead of the service's
 * @param timeout its own limit, null for the configured one
 * @param waits whether it is waited for, null for what is configured
 * @param after names of scripts in the same folder that end before it begins
 */
record Header(
    boolean asSessionUser,
    @Nullable Duration timeout,
    @Nullable Boolean waits,
    List<String> after) {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Pattern LINE = Pattern.compile("#+[ \\t]*kds:(.*)");

  Header {
    after = List.copyOf(after);
  }

  /**
   * Reads it.
   *
   * @param text the beginning of a script
   * @throws IllegalArgumentException naming the line, what is wrong in it and what there is
   */
  static Header of(String text) {
    Reading reading = new Reading();
    int number = 0;
    for (String line : text.split("\\R", -1)) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        break;
      }
      Matcher matcher = LINE.matcher(line.strip());
      if (matcher.matches()) {
        reading.line(number, matcher.group(1));
      }
    }
    return new Header(reading.asSessionUser, reading.timeout, reading.waits, reading.after);
  }

  private static final class Reading {
    private boolean asSessionUser;
    private @Nullable Duration timeout;
    private @Nullable Boolean waits;
    private final List<String> after = new ArrayList<>();

    void line(int number, String options) {
      for (String option : options.strip().split("\\s+")) {
        if (!option.isEmpty()) {
          try {
            option(option);
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
          }
        }
      }
    }

    private void option(String option) {
      int equals = option.indexOf('=');
      String value = equals < 0 ? "" : option.substring(equals + 1);
      switch (equals < 0 ? option : option.substring(0, equals + 1)) {
        case "wait" -> waits = true;
        case "background" -> waits = false;
        case "user=" -> asSessionUser = user(value);
        case "timeout=" -> timeout = timeout(value);
        case "after=" -> after.addAll(List.of(value.split(",")));
        default ->
            throw new IllegalArgumentException(
                "'"
                    + option
                    + "' is no option of a script. There are user=session, user=root, timeout=30s,"
                    + " wait, background and after=other.sh");
      }
    }

    private static boolean user(String value) {
      return switch (value) {
        case "session" -> true;
        case "root" -> false;
        default ->
            throw new IllegalArgumentException(
                "'user=" + value + "' is not possible. Write user=session or user=root");
      };
    }

    private static Duration timeout(String value) {
      Duration timeout = Quantity.duration(value);
      if (timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException("timeout is from 1ms to 24h, not " + value);
      }
      return timeout;
    }
  }
}
