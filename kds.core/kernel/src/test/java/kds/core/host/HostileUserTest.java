package kds.core.host;

import static kds.core.host.Host.direct;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import kds.api.host.HostException;
import kds.api.host.HostFile;
import kds.api.host.HostFolder;
import kds.api.host.HostUpload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hostile user against the service, and against the way it is often done. The short form runs
 * with every build; the long one with {@code -Dkds.hostile.operations=100000}.
 */
class HostileUserTest {
  private static final Logger LOG = LoggerFactory.getLogger(HostileUserTest.class);
  private static final int OPERATIONS = Integer.getInteger("kds.hostile.operations", 20_000);
  private static final int CALLERS = 4;

  /** For the control, which needs a few hundred as a rule. */
  private static final int MOST_TRIES = 200_000;

  private static final String[] FILES = {
    "file",
    "other",
    "third",
    "replaced",
    "folder/file",
    "folder/canary",
    "a/b/file",
    "a/b/canary",
    "a/canary",
    "mounted/canary"
  };
  private static final String[] FOLDERS = {"", "folder", "a", "a/b", "mounted"};
  private static final String[] TARGETS = {"folder/", "a/b/", "a/", "mounted/", ""};
  private static final String[] REPLACED = {"file", "other", "third", "replaced", "folder/canary"};

  private final Map<String, AtomicInteger> outcomes = new ConcurrentSkipListMap<>();
  private TestUser user;
  private Attack attack;
  private Host host;

  @BeforeEach
  void enter() throws Exception {
    user = TestUser.make();
    host = new Host();
    host.downloads(user).close();
    attack = new Attack(user);
  }

  @AfterEach
  void leave() throws Exception {
    if (attack != null) {
      attack.close();
      host.close();
    }
    if (user != null) {
      user.close();
    }
  }

  @Test
  void getsNothingReadOrWrittenThatIsNotHis() throws Exception {
    String before = attack.stateOutside();
    attack.start();
    attack.startMounting(attack.mountPoint());
    long start = System.nanoTime();
    try (HostFolder folder = host.downloads(user)) {
      race(folder, OPERATIONS);
    }
    LOG.info(
        "{} operations in {} s: {}",
        OPERATIONS,
        (System.nanoTime() - start) / 1_000_000_000,
        outcomes);
    assertThat(attack.isUnderWay()).isTrue();
    attack.close();
    assertThat(attack.stateOutside()).isEqualTo(before);
    // It was a real contest: each kind of operation succeeded often, and was refused often.
    for (String what : new String[] {"open ok", "open UNSAFE_PATH", "list ok", "create ok"}) {
      assertThat(count(what)).describedAs(what).isGreaterThan(OPERATIONS / 200);
    }
    String foreign =
        user.sh("find . ! -user %s ! -samefile '%s' -ls".formatted(user.name(), attack.canary()));
    assertThat(foreign).isEmpty();
  }

  @Test
  void getsNothingOutOfASharedFolderByMounting() throws Exception {
    Path shared = Files.createDirectory(user.base().resolve("Upload"));
    Path mountPoint = Files.createDirectory(shared.resolve("mounted"));
    String before = attack.stateOutside();
    try (HostFolder folder = host.files.enterShared(shared)) {
      attack.startMounting(mountPoint);
      for (int i = 0; i < OPERATIONS / 10; i++) {
        open(folder, "mounted/canary", "shared open");
        list(folder, "mounted", "shared list");
        create(folder, "mounted/n" + i, false, "shared create");
      }
      assertThat(attack.isUnderWay()).isTrue();
      attack.close();
    }
    LOG.info("shared folder: {}", outcomes);
    assertThat(attack.stateOutside()).isEqualTo(before);
    assertThat(count("shared open UNSAFE_PATH")).isPositive();
    assertThat(count("shared create ok")).isPositive();
  }

  /** The same attack on a check of the real path and a use of the name: it must succeed. */
  @Test
  void getsARootServiceThatChecksPathsToReadAndWriteForHim() throws Exception {
    attack.start();
    int readTries = 0;
    boolean read = false;
    while (!read && readTries < MOST_TRIES) {
      readTries++;
      read = naiveRead("file").contains(Attack.SECRET);
    }
    int writeTries = 0;
    boolean written = false;
    while (!written && writeTries < MOST_TRIES) {
      naiveWrite("folder/planted" + writeTries++);
      try (var names = Files.list(attack.outside())) {
        written = names.anyMatch(name -> name.getFileName().toString().startsWith("planted"));
      }
    }
    attack.close();
    LOG.info("naive check: leaked at read {}, wrote outside at write {}", readTries, writeTries);
    assertThat(read).describedAs("read within %d tries", readTries).isTrue();
    assertThat(written).describedAs("wrote within %d tries", writeTries).isTrue();
  }

  private String naiveRead(String path) {
    try {
      Path file = user.downloads().resolve(path);
      return file.toRealPath().startsWith(user.downloads().toRealPath())
          ? Files.readString(file)
          : "";
    } catch (java.io.IOException _) {
      return "";
    }
  }

  private void naiveWrite(String path) {
    try {
      Path file = user.downloads().resolve(path);
      if (file.getParent().toRealPath().startsWith(user.downloads().toRealPath())) {
        Files.writeString(file, "planted");
      }
    } catch (java.io.IOException _) {
      // lost the race this time
    }
  }

  private void race(HostFolder folder, int operations) throws Exception {
    AtomicInteger next = new AtomicInteger();
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          java.util.stream.IntStream.range(0, CALLERS)
              .mapToObj(
                  _ ->
                      callers.submit(
                          () -> {
                            for (int i = next.getAndIncrement();
                                i < operations;
                                i = next.getAndIncrement()) {
                              operate(folder, i);
                            }
                            return null;
                          }))
              .toList();
      for (var each : all) {
        each.get();
      }
    }
  }

  private void operate(HostFolder folder, int i) throws HostException {
    switch (i % 20) {
      case 0, 1 -> create(folder, any(TARGETS) + "n" + i, false, "create");
      case 2 -> create(folder, any(REPLACED), true, "replace");
      case 3, 4, 5 -> list(folder, any(FOLDERS), "list");
      case 6 -> enterAgain();
      default -> open(folder, any(FILES), "open");
    }
  }

  private static String any(String[] choices) {
    return choices[ThreadLocalRandom.current().nextInt(choices.length)];
  }

  private void open(HostFolder folder, String path, String what) {
    try (HostFile file = folder.open(path)) {
      ByteBuffer into = ByteBuffer.allocateDirect(256);
      file.read(into, 0);
      String content = StandardCharsets.UTF_8.decode(into.flip()).toString();
      assertThat(content).isIn("", "harmless\n", "new");
      count(what, "ok");
    } catch (HostException e) {
      count(what, e.reason().name());
    }
  }

  private void list(HostFolder folder, String path, String what) {
    try {
      assertThat(folder.list(path, 10_000).entries())
          .noneMatch(entry -> entry.name().equals("canary") && !entry.owner().equals(user.name()));
      count(what, "ok");
    } catch (HostException e) {
      count(what, e.reason().name());
    }
  }

  private void create(HostFolder folder, String path, boolean replace, String what) {
    try (HostUpload upload = folder.create(path, 3)) {
      upload.write(direct("new"));
      upload.publish(path.substring(path.lastIndexOf('/') + 1), replace);
      count(what, "ok");
    } catch (HostException e) {
      count(what, e.reason().name());
    }
  }

  private void enterAgain() throws HostException {
    host.downloads(user).close();
    count("enter", "ok");
  }

  private void count(String what, String outcome) {
    outcomes.computeIfAbsent(what + " " + outcome, _ -> new AtomicInteger()).incrementAndGet();
  }

  private int count(String what) {
    return new TreeMap<>(outcomes).getOrDefault(what, new AtomicInteger()).get();
  }
}
