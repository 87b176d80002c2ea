package kds.http.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import kds.api.security.Caller;
import kds.http.guard.Bans;
import kds.http.guard.Forwarded;
import kds.http.guard.Network;
import kds.http.guard.Peer;
import kds.http.problem.Problem;
import kds.http.token.TokenException;
import kds.http.token.Tokens;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Lets a request on only with a valid token, whatever its path. One exception: {@link UploadKey}.
 *
 * <p>A ban never shuts out a valid token: whoever shares an address with an attacker, behind a
 * proxy or as another user of the same host, is served. Only requests with a bad token or none are
 * answered with 429 while it lasts.
 */
final class Authentication extends Handler.Wrapper {
  private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
  private static final String MDC_SESSION = "session";
  private static final String CHALLENGE = "WWW-Authenticate";

  /** What an answer without an end may go on for without looking at its token again. */
  private static final Duration PULSE = Duration.ofSeconds(10);

  private static final String CHANGED =
      "The configuration was changed, and with it what this token stands for. Call again.";

  private final Tokens tokens;
  private final Bans bans;
  private final Supplier<Settings> settings;

  Authentication(Tokens tokens, Bans bans, Supplier<Settings> settings, Handler next) {
    super(next);
    this.tokens = tokens;
    this.bans = bans;
    this.settings = settings;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Settings now = settings.get();
    InetAddress address = address(request, now);
    request.setAttribute(Inner.ADDRESS, address.getHostAddress());
    Credentials credentials = Credentials.of(request);
    if (UploadKey.isIn(request)) {
      // Whatever token comes along may have expired meanwhile; it is not looked at.
      request.setAttribute(Inner.KEY_GUARD, new Guard(request, address, now));
      return super.handle(credentials.request(), response, callback);
    }
    Optional<Problem> ambiguity = credentials.ambiguity();
    if (ambiguity.isPresent()) {
      ambiguity.get().send(request, response, callback);
      return true;
    }
    Duration ban = bans.left(address, now.bans());
    if (credentials.tokens().isEmpty()) {
      missing(ban).send(request, response, callback);
      return true;
    }
    String token = credentials.tokens().getFirst();
    Caller caller;
    try {
      caller = caller(token, address, !ban.isZero(), now);
    } catch (TokenException e) {
      refusal(e, address, ban, now).send(request, response, callback);
      return true;
    }
    request.setAttribute(Inner.STANDING, new TokenStanding(token, address, caller));
    return enter(caller, credentials.request(), response, callback);
  }

  private Caller caller(String token, InetAddress address, boolean banned, Settings now)
      throws TokenException {
    Peer peer = new Peer(address, Network.anyContains(now.kasm(), address), banned);
    return tokens.caller(token, peer, now.tokens());
  }

  /**
   * The token of a call that was let in. One that has become bad since counts nothing: nobody is
   * trying tokens.
   */
  private final class TokenStanding implements Inner.Standing {
    private final String token;
    private final InetAddress address;
    private final Caller caller;

    TokenStanding(String token, InetAddress address, Caller caller) {
      this.token = token;
      this.address = address;
      this.caller = caller;
    }

    @Override
    public Duration pulse() {
      return PULSE;
    }

    @Override
    public Optional<Problem> lost() {
      try {
        Settings now = settings.get();
        boolean banned = !bans.left(address, now.bans()).isZero();
        return caller(token, address, banned, now).equals(caller)
            ? Optional.empty()
            : Optional.of(problem(new TokenException(TokenException.Reason.CLAIMS, CHANGED)));
      } catch (TokenException e) {
        return Optional.of(problem(e));
      }
    }
  }

  /** Makes wrong keys count as bad tokens do, and lets no ban shut out a right one. */
  private final class Guard implements Inner.KeyGuard {
    private final Request request;
    private final InetAddress address;
    private final Settings now;

    Guard(Request request, InetAddress address, Settings now) {
      this.request = request;
      this.address = address;
      this.now = now;
    }

    @Override
    public Optional<Problem> unknown() {
      Duration ban = bans.left(address, now.bans());
      if (ban.isZero()) {
        bans.failed(address, now.bans());
        return Optional.empty();
      }
      return Optional.of(banned(ban));
    }

    @Override
    public Optional<String> refuses(Caller caller) {
      Optional<String> why = tokens.refusal(caller);
      if (why.isEmpty()) {
        HeaderDeadline.proven(request);
      }
      return why;
    }
  }

  private boolean enter(Caller caller, Request request, Response response, Callback callback)
      throws Exception {
    request.setAttribute(Inner.CALLER, caller);
    HeaderDeadline.proven(request);
    if (caller.session() == null) {
      return super.handle(request, response, callback);
    }
    try (MDC.MDCCloseable _ = MDC.putCloseable(MDC_SESSION, caller.session().kasmId())) {
      return super.handle(request, response, callback);
    }
  }

  private Problem refusal(TokenException why, InetAddress address, Duration ban, Settings now) {
    LOG.debug("Token from {} refused: {}", address.getHostAddress(), why.getMessage());
    if (why.reason().guess()) {
      if (!ban.isZero()) {
        return banned(ban);
      }
      bans.failed(address, now.bans());
    }
    return problem(why);
  }

  private static Problem problem(TokenException why) {
    return switch (why.reason()) {
      case NO_KEY -> Problem.of(401, "no-key", why.getMessage()).header(CHALLENGE, "Bearer");
      case EXPIRED -> invalid("token-expired", why);
      case REVOKED -> invalid(Problem.REVOKED, why);
      case MALFORMED, SIGNATURE, EARLY, AUDIENCE, CLAIMS -> invalid("token-invalid", why);
    };
  }

  /** The challenge of RFC 6750, section 3. */
  private static Problem invalid(String word, TokenException why) {
    return Problem.of(401, word, why.getMessage())
        .header(CHALLENGE, "Bearer error=\"invalid_token\"")
        .member("reason", why.reason().name().toLowerCase(Locale.ROOT));
  }

  private Problem missing(Duration ban) {
    if (!ban.isZero()) {
      return banned(ban);
    }
    if (!tokens.hasKeys()) {
      return Problem.of(401, "no-key", Tokens.NO_KEY).header(CHALLENGE, "Bearer");
    }
    return Problem.of(
            401,
            "token-missing",
            "Every call needs a token: send 'Authorization: Bearer <token>', or the parameter"
                + " 'token'.")
        .header(CHALLENGE, "Bearer");
  }

  private static Problem banned(Duration left) {
    long seconds = Math.max(1, left.plusMillis(999).toSeconds());
    return Problem.of(
            429,
            "too-many-bad-tokens",
            "Too many bad tokens came from this address. Calls with a valid token are served; try"
                + " others again in "
                + seconds
                + " s.")
        .header("Retry-After", Long.toString(seconds));
  }

  private static InetAddress address(Request request, Settings now) {
    if (request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress peer
        && peer.getAddress() != null) {
      return Forwarded.client(
          peer.getAddress(), request.getHeaders().getValuesList("X-Forwarded-For"), now.proxies());
    }
    return InetAddress.getLoopbackAddress();
  }
}
