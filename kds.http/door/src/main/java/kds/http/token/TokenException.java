package kds.http.token;

/** A token that is not accepted. The message says why, fit for the caller; it quotes no token. */
public final class TokenException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** It is not a token of a form that is accepted. */
    MALFORMED(true),
    /** Its signature is not by a known key. */
    SIGNATURE(true),
    /** It is genuine and no longer valid. */
    EXPIRED(false),
    /** It is genuine and not valid yet. */
    EARLY(false),
    /** It is genuine and meant for another server. */
    AUDIENCE(false),
    /** It is genuine and its claims are not such as are understood. */
    CLAIMS(false),
    /** It is genuine and was taken back. */
    REVOKED(false),
    /** There is no key to verify it with. */
    NO_KEY(false);

    private final boolean guess;

    Reason(boolean guess) {
      this.guess = guess;
    }

    /**
     * Whether someone may be trying tokens. A genuine token that came too late is no such thing.
     */
    public boolean guess() {
      return guess;
    }
  }

  private final Reason reason;

  /** Makes one, without a stack trace: it is an answer, made thousands of times under attack. */
  public TokenException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
