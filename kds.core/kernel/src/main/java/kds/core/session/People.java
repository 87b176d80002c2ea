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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the system user of a session, by what its credential type implies. */
final class People {
  private static final Logger LOG = LoggerFactory.getLogger(People.class);

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
      return unknown(
          session,
          name,
          "This machine's name service knows no user '"
              + name
              + "'. Make the account, or look why the directory does not know it: getent passwd");
    } catch (HostException e) {
      return unknown(
          session, name, "The user '" + name + "' could not be looked up: " + e.getMessage());
    }
  }

  /** Whether a session has no known system user, whatever name was sent with it. */
  static boolean isNameless(Session session) {
    return session.username() == null || session.credentialType() == CredentialType.PROMPT_USER;
  }

  /** An account that is to be made is missed by nobody. */
  private static Person unknown(Session session, String name, String trouble) {
    boolean made = session.credentialType() == CredentialType.DYNAMIC;
    return new Person("account " + name, Optional.empty(), made ? null : trouble);
  }

  /**
   * Looks the user of a session up that has begun. While the directory does not answer he is who he
   * was.
   *
   * @param evenIfRemoved whether one who was removed is still who he was, as long as nobody else
   *     has his uid: at the end his desktop is to be ended whatever has become of his account
   * @return empty when his name means somebody else now
   * @throws HostException when he was never found and cannot be looked up
   */
  Optional<HostUser> find(SessionRecord record, boolean evenIfRemoved) throws HostException {
    String name = record.session().username();
    if (name == null || isNameless(record.session())) {
      return Optional.empty();
    }
    Optional<HostUser> before = Optional.ofNullable(record.account()).map(Account::user);
    Optional<HostUser> found;
    try {
      found = users.byName(name);
      if (found.isEmpty() && evenIfRemoved && before.isPresent()) {
        return users.byUid(before.get().uid()).isEmpty() ? before : Optional.empty();
      }
    } catch (HostException e) {
      if (before.isEmpty()) {
        throw e;
      }
      return before;
    }
    return found
        .filter(user -> !isRefused(user))
        .filter(user -> before.isEmpty() || before.get().uid() == user.uid());
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
  private String canonical(HostUser user) {
    try {
      return users.byUid(user.uid()).orElse(user).name();
    } catch (HostException e) {
      LOG.debug("{} is known by the name that was asked for", user.name(), e);
      return user.name();
    }
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
