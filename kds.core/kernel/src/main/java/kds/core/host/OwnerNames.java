package kds.core.host;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import kds.api.host.HostException;
import kds.api.host.HostUser;

/**
 * Names of owners. They are decoration: they may be older than other answers, and are worth a
 * shorter wait. After a name service was slow once, numbers are shown for a while, because a
 * listing may have many owners. Thread-safe.
 */
final class OwnerNames implements Names {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofSeconds(10);
  private static final int MOST_KEPT = 1024;

  private final Directory directory;
  private final LocalAccounts local;
  private final Questions near;
  private final Questions far;
  private final Recent<Object, String> names = new Recent<>(FRESH, MOST_KEPT);
  private final Recent<String, Boolean> slowSince = new Recent<>(PAUSE, 1);

  OwnerNames(Directory directory, LocalAccounts local, Questions near, Questions far) {
    this.directory = directory;
    this.local = local;
    this.near = near;
    this.far = far;
  }

  @Override
  public String user(long uid) {
    return name(
        List.of("user's name", uid),
        uid,
        () -> local.knowsUser(uid),
        () -> directory.byUid(uid).map(HostUser::name));
  }

  @Override
  public String group(long gid) {
    return name(
        List.of("group's name", gid),
        gid,
        () -> local.knowsGroup(gid),
        () -> directory.groupName(gid));
  }

  private String name(
      Object key, long id, BooleanSupplier isLocal, Callable<Optional<String>> question) {
    Optional<String> known = names.get(key);
    if (known.isPresent()) {
      return known.get();
    }
    String number = Long.toString(id);
    boolean isNear = isLocal.getAsBoolean();
    if (!isNear && slowSince.get("directory").isPresent()) {
      return number;
    }
    try {
      Questions asked = isNear ? near : far;
      String name = asked.ask(key, "id " + id, question, LIMIT).orElse(number);
      names.put(key, name);
      return name;
    } catch (HostException _) {
      slowSince.put("directory", true);
      return number;
    }
  }
}
