package kds.http.files;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The structured fields (RFC 9651) of resumable uploads over HTTP: items whose parameters mean
 * nothing. A field of another form is taken as absent, as the draft wants it.
 */
final class UploadFields {
  private static final String PARAMETERS = "(?: *;[ !-~]*)?";
  private static final Pattern INTEGER = Pattern.compile(" *([0-9]{1,15})" + PARAMETERS);
  private static final Pattern BOOLEAN = Pattern.compile(" *\\?([01])" + PARAMETERS);

  private UploadFields() {}

  /** An integer that is not negative. */
  static OptionalLong integer(@Nullable String field) {
    Matcher matcher = field == null ? null : INTEGER.matcher(field);
    return matcher != null && matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  /** A boolean; null when there is none. */
  static @Nullable Boolean bool(@Nullable String field) {
    Matcher matcher = field == null ? null : BOOLEAN.matcher(field);
    return matcher != null && matcher.matches() ? matcher.group(1).equals("1") : null;
  }

  static String bool(boolean value) {
    return value ? "?1" : "?0";
  }
}
