package kds.http.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import kds.api.security.Caller;
import kds.api.security.TokenRefusal;
import kds.http.guard.Peer;
import kds.http.pem.UnusableException;
import kds.http.token.TokenException.Reason;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Makes callers of tokens. Thread-safe.
 *
 * <p>A signature is checked once for each token and set of keys; expiry, audience and the vetoes of
 * {@link TokenRefusal} are looked at on every request, and again while a stream goes on.
 */
public final class Tokens {
  /** What to tell callers as long as there is no key. */
  public static final String NO_KEY =
      "This server has no key to verify tokens with. Register it with Kasm Workspaces, or put the"
          + " issuer's public key, certificate or JWK set where 'jwt_public_key' in config.yaml"
          + " points.";

  private static final int MOST_CACHED = 1024;

  /**
   * How tokens are judged, by configuration.
   *
   * @param serverId this server's id, empty when it has none yet
   * @param skew how far clocks may differ
   * @param names which claim carries what
   * @param defaultScopes what a token without scopes may when it comes from a Kasm address
   */
  public record Rules(
      String serverId, Duration skew, ClaimNames names, Set<String> defaultScopes) {}

  /** Keys and what was verified with them: they come and go together. */
  private record Generation(VerificationKeys keys, TokenCache cache) {}

  private static final MessageDigest SHA = sha256();

  /** One signature check at a time for addresses under a ban, so they cost one core at most. */
  private final Semaphore oneForBanned = new Semaphore(1, true);

  private final TokenVerifier verifier;
  private final Supplier<List<TokenRefusal>> refusals;
  private final Clock clock;
  private volatile @Nullable Generation generation;

  /** Makes one without keys: until it has some it refuses every token. */
  public Tokens(Supplier<List<TokenRefusal>> refusals, Clock clock) {
    this(new TokenVerifier(), refusals, clock);
  }

  Tokens(TokenVerifier verifier, Supplier<List<TokenRefusal>> refusals, Clock clock) {
    this.verifier = verifier;
    this.refusals = refusals;
    this.clock = clock;
  }

  /**
   * Takes the content of {@code jwt_public_key} from now on. What was verified with the keys before
   * counts no longer.
   *
   * @throws UnusableException when it cannot be used; the keys before stay
   */
  public int use(byte[] content, String file) throws UnusableException {
    VerificationKeys keys = VerificationKeys.read(content, file);
    generation = new Generation(keys, new TokenCache(MOST_CACHED));
    return keys.keys().size();
  }

  /** Whether there is a key to verify with. */
  public boolean hasKeys() {
    return generation != null;
  }

  /** Verifies a token and says who is calling. */
  public Caller caller(String token, Peer peer, Rules rules) throws TokenException {
    Generation now = generation;
    if (now == null) {
      throw new TokenException(Reason.NO_KEY, NO_KEY);
    }
    if (token.length() > CompactToken.MOST_CHARACTERS) {
      CompactToken.parse(token);
    }
    String digest = digest(token);
    Verified known = now.cache.get(digest);
    Verified verified =
        known != null ? known : new Verified(genuine(token, now.keys, peer.banned()), name(token));
    verifier.check(verified.claims(), rules.serverId(), rules.skew(), clock.instant());
    Caller caller = verified.caller(peer, rules);
    if (known == null) {
      now.cache.put(digest, verified);
    }
    refuseRevoked(caller);
    return caller;
  }

  private JsonNode genuine(String token, VerificationKeys keys, boolean banned)
      throws TokenException {
    if (!banned) {
      return verifier.genuine(token, keys);
    }
    oneForBanned.acquireUninterruptibly();
    try {
      return verifier.genuine(token, keys);
    } finally {
      oneForBanned.release();
    }
  }

  private void refuseRevoked(Caller caller) throws TokenException {
    Optional<String> why = refusal(caller);
    if (why.isPresent()) {
      throw new TokenException(Reason.REVOKED, why.get());
    }
  }

  /** The veto against a caller who was let in before. */
  public Optional<String> refusal(Caller caller) {
    for (TokenRefusal refusal : refusals.get()) {
      Optional<String> why = refusal.refuses(caller);
      if (why.isPresent()) {
        return why;
      }
    }
    return Optional.empty();
  }

  int cached() {
    Generation now = generation;
    return now == null ? 0 : now.cache.size();
  }

  /**
   * What a token without a {@code jti} is called: the digest of its signed part, because the same
   * signature can be written in many ways.
   */
  private static String name(String token) {
    return digest(token.substring(0, Math.max(0, token.lastIndexOf('.')))).substring(0, 32);
  }

  private static String digest(String token) {
    try {
      MessageDigest sha = (MessageDigest) SHA.clone(); // looking one up costs as much as the digest
      return HexFormat.of().formatHex(sha.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("every JDK's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
