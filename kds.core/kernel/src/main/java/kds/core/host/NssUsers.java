package kds.core.host;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kds.api.host.HostException;
import kds.api.host.HostException.Reason;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.core.host.linux.FileCalls;
import kds.core.host.linux.NameService;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Accounts by the name service. A look-up may hang in a directory server, so it is made on one of a
 * few threads while the caller waits a limited time; callers that ask the same share one look-up,
 * and what was found holds for a few seconds. What was not found does not: an account that was just
 * made is there at once.
 */
@Component(
    service = {HostUsers.class, Names.class},
    immediate = true)
public final class NssUsers implements HostUsers, Names {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Duration FRESH = Duration.ofSeconds(5);

  /** Names are decoration: they may be older, and are worth a shorter wait. */
  private static final Duration NAME_LIMIT = Duration.ofSeconds(1);

  private static final Duration NAME_FRESH = Duration.ofMinutes(1);

  /** How long numbers are shown after the name service failed to tell a name. */
  private static final Duration NAME_PAUSE = Duration.ofSeconds(10);

  private static final int MOST_KEPT = 1024;
  private static final int THREADS = 8;
  private static final int MOST_WAITING = 256;
  private static final int LONGEST_NAME = 256;

  private final Directory directory;
  private final Duration limit;
  private final ThreadPoolExecutor threads;
  private final ConcurrentHashMap<Object, CompletableFuture<?>> underWay =
      new ConcurrentHashMap<>();
  private final Recent<Object, HostUser> users = new Recent<>(FRESH, MOST_KEPT);
  private final Recent<Object, String> names = new Recent<>(NAME_FRESH, MOST_KEPT);
  private final Recent<String, Boolean> slowSince = new Recent<>(NAME_PAUSE, 1);
  private volatile @Nullable HostUser self;

  /** What is asked: the machine's name service, or one as slow as a test needs it. */
  interface Directory {
    /** Looks a name up. */
    Optional<HostUser> byName(String name) throws HostException;

    /** Looks a uid up. */
    Optional<HostUser> byUid(long uid) throws HostException;

    /** Looks a group's name up. */
    Optional<String> groupName(long gid) throws HostException;
  }

  private record UidKey(long uid) {}

  private record GidKey(long gid) {}

  private record NameKey(String name) {}

  /** Asks the machine's name service. */
  @Activate
  public NssUsers() {
    this(machine(), LIMIT);
  }

  NssUsers(Directory directory, Duration limit) {
    this.directory = directory;
    this.limit = limit;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("kds-nss-", 1).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  @Deactivate
  void stop() {
    threads.shutdown();
  }

  @Override
  public Optional<HostUser> byName(String name) throws HostException {
    if (!canBeAskedFor(name)) {
      return Optional.empty();
    }
    return user(new NameKey(name), "user " + name, () -> directory.byName(name));
  }

  @Override
  public Optional<HostUser> byUid(long uid) throws HostException {
    if (uid < 0 || uid >= 0xffff_ffffL) {
      return Optional.empty();
    }
    return user(new UidKey(uid), "uid " + uid, () -> directory.byUid(uid));
  }

  @Override
  public HostUser self() {
    HostUser known = self;
    return known != null ? known : lookUpSelf();
  }

  @Override
  public String user(long uid) {
    return name(new UidKey(uid), uid, () -> directory.byUid(uid).map(HostUser::name));
  }

  @Override
  public String group(long gid) {
    return name(new GidKey(gid), gid, () -> directory.groupName(gid));
  }

  private Optional<HostUser> user(Object key, String what, Callable<Optional<HostUser>> question)
      throws HostException {
    Optional<HostUser> known = users.get(key);
    if (known.isPresent()) {
      return known;
    }
    Optional<HostUser> found = ask(List.of("user", key), what, question, limit);
    found.ifPresent(user -> users.put(key, user));
    return found;
  }

  private String name(Object key, long id, Callable<Optional<String>> question) {
    Optional<String> known = names.get(key);
    if (known.isPresent()) {
      return known.get();
    }
    String name = Long.toString(id);
    if (slowSince.get("name service").isPresent()) {
      return name;
    }
    try {
      name = ask(List.of("name", key), "id " + id, question, NAME_LIMIT).orElse(name);
    } catch (HostException _) {
      // The number it is, and for a while for all: a listing may have many owners.
      slowSince.put("name service", true);
      return name;
    }
    names.put(key, name);
    return name;
  }

  private <T> Optional<T> ask(
      Object key, String what, Callable<Optional<T>> question, Duration within)
      throws HostException {
    try {
      Asked<T> first = shared(key, question);
      Optional<T> answer = first.answer.get(within.toNanos(), TimeUnit.NANOSECONDS);
      // "None" to a question that was asked before ours may be out of date by now.
      return answer.isEmpty() && first.joined
          ? shared(key, question).answer.get(within.toNanos(), TimeUnit.NANOSECONDS)
          : answer;
    } catch (TimeoutException e) {
      throw new HostException(
          Reason.TIMEOUT,
          "The name service did not tell about %s within %s; try: getent passwd"
              .formatted(Failures.visible(what), within),
          e);
    } catch (RejectedExecutionException e) {
      throw new HostException(Reason.BUSY, "Too many look-ups of accounts wait; try later", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(Reason.BUSY, "The look-up was interrupted", e);
    } catch (ExecutionException e) {
      throw failure(what, e.getCause());
    }
  }

  private static HostException failure(String what, Throwable cause) {
    return switch (cause) {
      case HostException known -> known;
      case Error error -> throw error;
      default ->
          new HostException(
              Reason.IO, "The look-up of %s broke".formatted(Failures.visible(what)), cause);
    };
  }

  private record Asked<T>(CompletableFuture<Optional<T>> answer, boolean joined) {}

  /** Joins the same question if it is being asked already. */
  @SuppressWarnings("unchecked")
  private <T> Asked<T> shared(Object key, Callable<Optional<T>> question) {
    CompletableFuture<Optional<T>> mine = new CompletableFuture<>();
    CompletableFuture<?> other = underWay.putIfAbsent(key, mine);
    if (other != null) {
      return new Asked<>((CompletableFuture<Optional<T>>) other, true);
    }
    try {
      threads.execute(
          () -> {
            try {
              Optional<T> answer = question.call();
              underWay.remove(key);
              mine.complete(answer);
            } catch (Throwable e) {
              underWay.remove(key);
              mine.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      underWay.remove(key);
      mine.completeExceptionally(e);
      throw e;
    }
    return new Asked<>(mine, false);
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

  private static Directory machine() {
    NameService names = new NameService();
    return new Directory() {
      @Override
      public Optional<HostUser> byName(String name) throws HostException {
        return names.byName(name);
      }

      @Override
      public Optional<HostUser> byUid(long uid) throws HostException {
        return names.byUid(uid);
      }

      @Override
      public Optional<String> groupName(long gid) throws HostException {
        return names.groupName(gid);
      }
    };
  }
}
