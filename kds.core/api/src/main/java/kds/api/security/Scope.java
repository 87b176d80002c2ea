package kds.api.security;

/**
 * The rights a token may carry, as the words of its space-separated {@code scope} claim (RFC 8693,
 * section 4.2).
 *
 * <p>Constants, not an enum: an add-on names scopes of its own, as {@code acme:scan}.
 */
public final class Scope {
  /** List and download the files of the token's session. */
  public static final String FILES_READ = "files:read";

  /** Upload files into the token's session. */
  public static final String FILES_WRITE = "files:write";

  /** See the desktop of the token's session. */
  public static final String SCREENSHOT = "screenshot";

  /** Read the named health checks and the metrics. */
  public static final String HEALTH = "health";

  /** Start and end sessions: a control scope, which also needs this server as audience. */
  public static final String SESSION = "session";

  /**
   * Look into and operate the service: a control scope, which also needs this server as audience.
   */
  public static final String ADMIN = "admin";

  private Scope() {}
}
