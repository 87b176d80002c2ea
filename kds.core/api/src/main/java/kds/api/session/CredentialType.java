package kds.api.session;

/**
 * How the person of a session logs on to the desktop (behaviour page, "Uploads and Downloads on
 * Multi-user Systems"; the server record's Connection Credential Type).
 */
public enum CredentialType {
  /** One operating-system account, its name and password kept in the server record. */
  STATIC("static"),
  /** An account that the service makes for the session, with a one-time password. */
  DYNAMIC("dynamic"),
  /** The person's own account, known to the machine through a directory. */
  SSO("sso"),
  /** The person's own account, proved by a smartcard. */
  SMARTCARD("smartcard"),
  /** The person types a name that the service never learns: there is no known system user. */
  PROMPT_USER("prompt_user");

  private final String word;

  CredentialType(String word) {
    this.word = word;
  }

  /** The word for it in tokens and requests. */
  public String word() {
    return word;
  }

  /**
   * Reads the word of a token or request.
   *
   * @throws IllegalArgumentException when it is none of them; the message lists those there are
   */
  public static CredentialType of(String word) {
    for (CredentialType type : values()) {
      if (type.word.equals(word)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "Unknown credential type '"
            + word
            + "'. Use one of static, dynamic, sso, smartcard, prompt_user.");
  }
}
