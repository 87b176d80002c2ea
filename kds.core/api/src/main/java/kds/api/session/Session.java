package kds.api.session;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who a session belongs to.
 *
 * @param kasmId the session's id in Kasm Workspaces, a UUID in its canonical form
 * @param userId the Kasm user's id
 * @param username the name of the operating-system account, null when it could not be resolved
 * @param kasmUser the Kasm user's name, null when it is not told
 * @param credentialType how the person logs on to the desktop
 */
public record Session(
    String kasmId,
    String userId,
    @Nullable String username,
    @Nullable String kasmUser,
    CredentialType credentialType) {
  /**
   * What Kasm Workspaces sends in place of a user name that it could not tell (behaviour page,
   * "Static Credentials").
   */
  public static final String NO_USERNAME = "username not found";

  private static final Pattern ID =
      Pattern.compile(
          "(\\p{XDigit}{8})(-?)(\\p{XDigit}{4})\\2(\\p{XDigit}{4})\\2(\\p{XDigit}{4})\\2"
              + "(\\p{XDigit}{12})");

  /** Checks that nothing required is missing. */
  public Session {
    Objects.requireNonNull(kasmId, "kasmId");
    Objects.requireNonNull(userId, "userId");
    Objects.requireNonNull(credentialType, "credentialType");
  }

  /**
   * Reads a session's id: a UUID, with all of its hyphens or none.
   *
   * @return in its canonical form; empty when it is none
   */
  public static Optional<String> id(String text) {
    Matcher matcher = ID.matcher(text);
    return matcher.matches()
        ? Optional.of(matcher.replaceAll("$1-$3-$4-$5-$6").toLowerCase(Locale.ROOT))
        : Optional.empty();
  }

  /**
   * Reads the name of an account.
   *
   * @return null when there is none: it is missing, blank or {@link #NO_USERNAME}
   */
  public static @Nullable String account(@Nullable String name) {
    return name == null || name.isBlank() || name.strip().equalsIgnoreCase(NO_USERNAME)
        ? null
        : name;
  }
}
