package kds.core.session;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.api.session.CredentialType;
import kds.api.session.Session;
import kds.api.session.SessionException;
import org.jspecify.annotations.Nullable;

/** Finds the system user of a session, by what its credential type implies. */
final class People {
  private final HostUsers users;

  People(HostUsers users) {
    this.users = users;
  }

  /**
   * Who a session is for.
   *
   * @param key the same for all sessions of one system user, however it was named
   * @param trouble why the user is not known though he should be, null when all is well
   */
  record Person(String key, Optional<HostUser> user, @Nullable String trouble) {}

  /**
   * Looks up whom a new session is for; bounded in time by the name service's own limit.
   *
   * @throws SessionException when the account may not have a session
   */
  Person of(Session session) throws SessionException {
    String name = session.username();
    if (name == null || isNameless(session)) {
      return new Person("session " + session.kasmId(), Optional.empty(), missing(session));
    }
    try {
      Optional<HostUser> user = users.byName(name);
      if (user.isPresent()) {
        refuseSystemAccount(user.get());
        return new Person("account " + canonical(user.get()), user, null);
      }
      boolean made = session.credentialType() == CredentialType.DYNAMIC;
      return new Person(
          "account " + name,
          Optional.empty(),
          made ? null : "This machine's name service knows no user '" + name + "'.");
    } catch (HostException e) {
      return new Person(
          "account " + name,
          Optional.empty(),
          "The user '" + name + "' could not be looked up: " + e.getMessage());
    }
  }

  /** Whether a session has no known system user, whatever name was sent with it. */
  static boolean isNameless(Session session) {
    return session.username() == null || session.credentialType() == CredentialType.PROMPT_USER;
  }

  /** Looks the user of a session up that has begun; empty when he is not the one he was. */
  Optional<HostUser> find(SessionRecord record) throws HostException {
    String name = record.session().username();
    if (name == null || isNameless(record.session())) {
      return Optional.empty();
    }
    Long uid = record.uid();
    return users
        .byName(name)
        .filter(user -> !isRefused(user))
        .filter(user -> uid == null || uid == user.uid());
  }

  private static @Nullable String missing(Session session) {
    return session.credentialType() == CredentialType.PROMPT_USER
        ? null
        : "A session of credential type "
            + session.credentialType().name().toLowerCase(Locale.ROOT)
            + " should name its user, and this one does not.";
  }

  /**
   * One word for a user whatever he was called: names differ in case and form, the uid does not.
   */
  private String canonical(HostUser user) throws HostException {
    return users.byUid(user.uid()).orElse(user).name();
  }

  private void refuseSystemAccount(HostUser user) throws SessionException {
    if (isRefused(user)) {
      throw new SessionException(
          SessionException.Reason.REFUSED,
          "'"
              + user.name()
              + "' (uid "
              + user.uid()
              + ") is one of the machine's own accounts: no session is started for it. Use an"
              + " account with uid 1000 or above.",
          Duration.ZERO);
    }
  }

  /** The service's own account is a person's where somebody tries the service out. */
  private boolean isRefused(HostUser user) {
    boolean own = user.uid() != 0 && user.uid() == users.self().uid();
    return user.isSystemAccount() && !own;
  }
}
