package kds.core.display;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import kds.api.admin.AdminCommand;
import kds.api.host.HostException;
import kds.api.host.HostUser;
import kds.api.host.HostUsers;
import kds.core.display.Desktops.Desktop;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code wait-display USER SECONDS}: answers once the user's display, X authority and session bus
 * can be used, with shell assignments of where they are. It waits for changes of the folders that
 * they come to; only what no folder tells (a bus that a desktop starts in a place of its own, an
 * account that is made meanwhile) is looked for every few seconds.
 */
@Component(immediate = true)
public final class WaitDisplay implements AdminCommand {
  private static final long LOOK_ANYWAY = 3000;
  private static final long LONGEST_PAUSE = 100;
  private static final Duration HOME_LIMIT = Duration.ofSeconds(2);
  private static final long LONGEST = Duration.ofDays(1).toSeconds();

  private final HostUsers users;
  private final Desktops desktops;
  private final FolderProbe homes;
  private final FolderChanges changes = new FolderChanges();
  private final AtomicLong looks = new AtomicLong();

  /** Made by Declarative Services. */
  @Activate
  public WaitDisplay(@Reference HostUsers users) {
    this(users, Desktops.ofThisMachine(), Files::isDirectory);
  }

  /**
   * Makes one.
   *
   * @param isThere asks a home, which may hang
   */
  WaitDisplay(HostUsers users, Desktops desktops, Predicate<Path> isThere) {
    this.users = users;
    this.desktops = desktops;
    this.homes = new FolderProbe(isThere, HOME_LIMIT);
  }

  @Override
  public String name() {
    return "wait-display";
  }

  @Override
  public void answer(List<String> words, Consumer<String> answer) throws Exception {
    if (words.size() != 2 || words.getFirst().isEmpty() || !words.get(1).matches("\\d{1,5}")) {
      throw new IllegalArgumentException("Ask: wait-display USER SECONDS, not " + words);
    }
    HostUser user = user(words.getFirst());
    long seconds = Math.min(LONGEST, Long.parseLong(words.get(1)));
    find(user, seconds).assignments().forEach(answer);
  }

  private HostUser user(String name) throws HostException {
    return users
        .byName(name)
        .orElseThrow(
            () ->
                new HostException(
                    HostException.Reason.NOT_FOUND, "There is no account '" + name + "' here"));
  }

  /** How often it was looked, for tests. */
  long looks() {
    return looks.get();
  }

  private Desktop find(HostUser user, long seconds) throws Exception {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    try (FolderChanges.Waiting waiting = changes.begin()) {
      for (long look = 0; ; look++) {
        // At once at first; a user who changes his files all the time has it looked ever less
        // often.
        TimeUnit.MILLISECONDS.sleep(Math.min(look, LONGEST_PAUSE));
        looks.incrementAndGet();
        waiting.mark();
        Desktop desktop = look(user, waiting);
        if (desktop != null) {
          return desktop;
        }
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new IOException(
              "No desktop of " + user.name() + " could be used within " + seconds + " s");
        }
        waiting.await(Math.min(left, LOOK_ANYWAY));
      }
    }
  }

  /**
   * Looks once, but not at a home that does not answer: all who wait would hang with it. It may
   * come at the log-in only.
   */
  private @Nullable Desktop look(HostUser user, FolderChanges.Waiting waiting)
      throws InterruptedException {
    // Looked at first and searched then, so that nothing comes in between unseen.
    desktops.folders(user).forEach(waiting::lookAt);
    if (!homes.answers(user.home())) {
      return null;
    }
    waiting.lookAt(user.home());
    return desktops.find(user);
  }
}
