package kds.http.token;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import kds.api.security.Caller;
import kds.api.security.Scope;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a verified token says, in the words of the domain. */
final class Claims {
  /** RFC 6749, section 3.3. */
  private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,128}");

  private static final int MOST_SCOPES = 64;
  private static final int LONGEST_TEXT = 256;

  private final JsonNode json;
  private final ClaimNames names;

  Claims(JsonNode json, ClaimNames names) {
    this.json = json;
    this.names = names;
  }

  /**
   * Makes the caller.
   *
   * @param digest stands for the token where it has no {@code jti}
   * @param address where the request comes from
   * @param defaultScopes what a token without scopes may, because of where it comes from
   */
  Caller caller(String digest, String address, Set<String> defaultScopes) throws TokenException {
    String subject = text(names.subject());
    if (subject == null || subject.isBlank()) {
      throw TokenVerifier.claims("It does not say whose it is ('" + names.subject() + "').");
    }
    String id = text("jti");
    return new Caller(
        subject,
        withoutDenied(scopes().orElse(defaultScopes)),
        Audiences.of(json),
        id == null || id.isBlank() ? digest : id,
        address,
        session(subject));
  }

  /** What the deployment denies a person takes a right away, wherever the right came from. */
  private Set<String> withoutDenied(Set<String> scopes) throws TokenException {
    Set<String> left = new LinkedHashSet<>(scopes);
    if (denies("allow_kasm_uploads")) {
      left.remove(Scope.FILES_WRITE);
    }
    if (denies("allow_kasm_downloads")) {
      left.remove(Scope.FILES_READ);
    }
    return left;
  }

  private boolean denies(String name) throws TokenException {
    JsonNode value = json.get(name);
    if (value == null || value.isNull()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw TokenVerifier.claims("Its '" + name + "' must be true or false.");
    }
    return !value.booleanValue();
  }

  private @Nullable Session session(String subject) throws TokenException {
    String kasmId = text(names.kasmId());
    if (kasmId == null) {
      return null;
    }
    Optional<String> id = Session.id(kasmId);
    if (id.isEmpty()) {
      throw TokenVerifier.claims("Its '" + names.kasmId() + "' is not a UUID.");
    }
    return new Session(id.get(), subject, username(), text(names.kasmUser()), credentialType());
  }

  private @Nullable String username() throws TokenException {
    String username = Session.account(text(names.username()));
    if (username != null && username.indexOf('/') >= 0) {
      throw TokenVerifier.claims("Its '" + names.username() + "' is not the name of an account.");
    }
    return username;
  }

  private CredentialType credentialType() throws TokenException {
    String word = text(names.credentialType());
    try {
      return word == null ? CredentialType.STATIC : CredentialType.of(word);
    } catch (IllegalArgumentException e) {
      throw TokenVerifier.claims(
          "Its '"
              + names.credentialType()
              + "' must be one of static, dynamic, sso, smartcard, prompt_user.");
    }
  }

  /** A space-separated string (RFC 8693, section 4.2); some issuers write an array. */
  private Optional<Set<String>> scopes() throws TokenException {
    JsonNode value = json.get(names.scope());
    if (value == null) {
      return Optional.empty();
    }
    List<String> words;
    if (value.isString()) {
      words = Arrays.stream(value.stringValue().split(" ")).filter(w -> !w.isEmpty()).toList();
    } else if (value.isArray() && value.valueStream().allMatch(JsonNode::isString)) {
      words = value.valueStream().map(JsonNode::stringValue).toList();
    } else {
      throw badScopes();
    }
    if (words.size() > MOST_SCOPES || !words.stream().allMatch(SCOPE.asMatchPredicate())) {
      throw badScopes();
    }
    return Optional.of(new LinkedHashSet<>(words));
  }

  private TokenException badScopes() {
    return TokenVerifier.claims(
        "Its '" + names.scope() + "' must be a string of words separated by spaces.");
  }

  private @Nullable String text(String name) throws TokenException {
    JsonNode value = json.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw TokenVerifier.claims("Its '" + name + "' must be a string.");
    }
    String text = value.stringValue();
    if (text.length() > LONGEST_TEXT || text.chars().anyMatch(Character::isISOControl)) {
      throw TokenVerifier.claims(
          "Its '" + name + "' is longer than 256 characters or has control characters.");
    }
    return text;
  }
}
