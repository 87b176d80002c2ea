package kds.http.server;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;

/**
 * An upload's own URL: {@code /files/} or {@code /uploads/} and a key of 256 random bits, which is
 * the right to that one upload. The only calls that need no token (design, section 5); for all
 * other methods and paths it does not exist.
 */
final class UploadKey {
  private static final Pattern PATH = Pattern.compile("/(?:files|uploads)/[A-Za-z0-9_-]{43}");

  /** POST stands for another one of these, by X-HTTP-Method-Override. */
  private static final Set<String> METHODS = Set.of("HEAD", "PATCH", "DELETE", "POST");

  private UploadKey() {}

  /** Whatever may hold one, up to its sixth letter. */
  private static final Pattern LONG =
      Pattern.compile("(/(?:files|uploads)/.{6}).+", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /** Whether a request brings one. */
  static boolean isIn(Request request) {
    String path = request.getHttpURI().getPath();
    return path != null && METHODS.contains(request.getMethod()) && PATH.matcher(path).matches();
  }

  /**
   * A URI as a log may see it: of a key its first letters, enough to tell two apart; also where the
   * URL was written in another way, as with a slash behind it or a letter encoded.
   */
  static HttpURI forLog(HttpURI uri) {
    String path = uri.getPath();
    Matcher matcher = path == null ? null : LONG.matcher(path);
    return matcher != null && matcher.matches()
        ? HttpURI.build(uri).path(matcher.group(1) + "...").asImmutable()
        : uri;
  }
}
