package kds.core.host;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.core.host.linux.FileCalls;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts by the name service, which may hang in a directory: see {@link Questions}. What was
 * found holds for a few seconds; what was not found does not, so that an account that was just made
 * is there at once.
 *
 * <p>Accounts of this machine do not suffer from a directory. They are asked for on threads of
 * their own; and as the name service asks every source about anybody's groups, groups that do not
 * come in time are those that were known last, or those of {@code /etc/group}.
 *
 * <p>Who was found before is the same as then while the directory does not answer, for a day:
 * sessions and transfers of his go on. A directory that answers is believed at once.
 */
@Component(
    service = {HostUsers.class, Names.class},
    immediate = true)
public final class NssUsers implements HostUsers, Names {
  private static final Logger LOG = LoggerFactory.getLogger(NssUsers.class);

  /** After what time a directory is taken not to answer; for one who is known it is shorter. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final Duration KNOWN_LIMIT = Duration.ofSeconds(2);
  private static final Duration GROUPS_LIMIT = Duration.ofSeconds(1);
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration LAST_KNOWN = Duration.ofDays(1);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private static final int MOST_KEPT = 4096;
  private static final int NEAR_THREADS = 4;
  private static final int FAR_THREADS = 16;
  private static final int LONGEST_NAME = 256;

  private final Directory directory;
  private final Duration limit;
  private final LocalAccounts local;
  private final Questions near;
  private final Questions far;
  private final OwnerNames names;
  private final Recent<Object, HostUser> users = new Recent<>(FRESH, MOST_KEPT);
  private final Recent<Object, HostUser> lastKnown = new Recent<>(LAST_KNOWN, MOST_KEPT);
  private final Recent<String, Boolean> warned = new Recent<>(BETWEEN_WARNINGS, 1);
  private volatile @Nullable HostUser self;

  /** Asks the machine's name service. */
  @Activate
  public NssUsers() {
    this(Directory.ofThisMachine(), Path.of("/etc"), LIMIT);
  }

  NssUsers(Directory directory, Path etc, Duration limit) {
    this.directory = directory;
    this.limit = limit;
    this.local = new LocalAccounts(etc);
    this.near = new Questions("kds-nss-local", NEAR_THREADS, limit);
    this.far = new Questions("kds-nss", FAR_THREADS, limit);
    this.names = new OwnerNames(directory, local, near, far);
  }

  @Deactivate
  void stop() {
    near.stop();
    far.stop();
  }

  /** Asks anew for everybody, as some seconds later. */
  void forgetFresh() {
    users.clear();
  }

  @Override
  public Optional<HostUser> byName(String name) throws HostException {
    if (!canBeAskedFor(name)) {
      return Optional.empty();
    }
    return user(
        List.of("user", name),
        "user " + name,
        () -> local.knowsUser(name),
        () -> directory.byName(name));
  }

  @Override
  public Optional<HostUser> byUid(long uid) throws HostException {
    if (uid < 0 || uid >= 0xffff_ffffL) {
      return Optional.empty();
    }
    return user(
        List.of("uid", uid), "uid " + uid, () -> local.knowsUser(uid), () -> directory.byUid(uid));
  }

  @Override
  public HostUser self() {
    HostUser known = self;
    return known != null ? known : lookUpSelf();
  }

  @Override
  public String user(long uid) {
    return names.user(uid);
  }

  @Override
  public String group(long gid) {
    return names.group(gid);
  }

  private Optional<HostUser> user(
      Object key, String what, BooleanSupplier isLocal, Callable<Optional<HostUser>> question)
      throws HostException {
    Optional<HostUser> known = users.get(key);
    if (known.isPresent()) {
      return known;
    }
    return isLocal.getAsBoolean()
        ? localUser(key, what, question)
        : directoryUser(key, what, question);
  }

  private Optional<HostUser> localUser(
      Object key, String what, Callable<Optional<HostUser>> question) throws HostException {
    Optional<HostUser> found = near.ask(key, what, question, limit);
    return found.map(user -> noted(key, with(user, groupsInTime(key, user))));
  }

  private List<Long> groupsInTime(Object key, HostUser user) {
    try {
      return far.ask(
              List.of("groups", user.name(), user.gid()),
              "groups of " + user.name(),
              () -> Optional.of(directory.groups(user)),
              GROUPS_LIMIT.compareTo(limit) < 0 ? GROUPS_LIMIT : limit)
          .orElseThrow();
    } catch (HostException e) {
      warn("The groups of " + user.name() + " are those that this machine itself knows", e);
      return lastKnown
          .get(key)
          .filter(before -> before.uid() == user.uid())
          .map(HostUser::groups)
          .orElseGet(() -> local.groups(user.name(), user.gid()));
    }
  }

  private Optional<HostUser> directoryUser(
      Object key, String what, Callable<Optional<HostUser>> question) throws HostException {
    Optional<HostUser> before = lastKnown.get(key);
    boolean shorter = before.isPresent() && KNOWN_LIMIT.compareTo(limit) < 0;
    try {
      // Noted by the look-up itself: its answer may come when nobody waits any more.
      return far.ask(key, what, () -> asked(key, question), shorter ? KNOWN_LIMIT : limit);
    } catch (HostException e) {
      if (before.isEmpty() || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      warn(before.get().name() + " is taken to be who he was when it last answered", e);
      return before;
    }
  }

  private Optional<HostUser> asked(Object key, Callable<Optional<HostUser>> question)
      throws Exception {
    Optional<HostUser> found = question.call();
    if (found.isEmpty()) {
      lastKnown.remove(key);
      return found;
    }
    HostUser user = found.get();
    return Optional.of(noted(key, with(user, directory.groups(user))));
  }

  private HostUser noted(Object key, HostUser user) {
    users.put(key, user);
    lastKnown.put(key, user);
    return user;
  }

  private static HostUser with(HostUser user, List<Long> groups) {
    return new HostUser(user.name(), user.uid(), user.gid(), groups, user.home(), user.shell());
  }

  private void warn(String consequence, HostException why) {
    if (warned.get("directory").isEmpty()) {
      warned.put("directory", true);
      LOG.warn("The directory does not answer. {}. {}", consequence, why.getMessage());
    }
  }

  /** Whether a name could be anybody's, so that it is worth a question. */
  private static boolean canBeAskedFor(String name) {
    return !name.isEmpty()
        && name.length() <= LONGEST_NAME
        && name.chars().noneMatch(c -> Character.isISOControl(c) || c == ':')
        && StandardCharsets.UTF_8.newEncoder().canEncode(name);
  }

  private HostUser lookUpSelf() {
    long uid = FileCalls.uid();
    try {
      Optional<HostUser> found = byUid(uid);
      if (found.isPresent()) {
        self = found.get();
        return found.get();
      }
    } catch (HostException _) {
      // The service can do without its own name, as in a container that has no passwd entry.
    }
    Path home = Path.of(System.getProperty("user.home", "/"));
    return new HostUser(Long.toString(uid), uid, uid, List.of(uid), home, "");
  }
}
