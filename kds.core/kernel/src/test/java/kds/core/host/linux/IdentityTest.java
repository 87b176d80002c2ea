package kds.core.host.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import kds.api.host.HostException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The uids here need no accounts: the kernel knows numbers only. */
class IdentityTest {
  private static final Identity SOMEBODY =
      new Identity(54321, 54322, new int[] {54323, 54324, 54325});
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private HostThreads threads;

  @BeforeEach
  void start() {
    if (FileCalls.uid() != 0) {
      String reason = "Skipped: needs root, to take on other identities";
      LoggerFactory.getLogger(IdentityTest.class).warn(reason);
      Assumptions.abort(reason);
    }
    threads = new HostThreads("kdst", 2, 2);
  }

  @AfterEach
  void stop() {
    if (threads != null) {
      threads.stop();
    }
  }

  /** What the kernel says about a thread: fsuid, fsgid, groups. */
  private static String credentials(String thread) {
    try {
      String status = Files.readString(Path.of("/proc", thread, "status"));
      return field(status, "Uid").split("\\s+")[3]
          + " "
          + field(status, "Gid").split("\\s+")[3]
          + " ["
          + field(status, "Groups").strip()
          + "]";
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .findFirst()
        .orElseThrow()
        .substring(name.length() + 1)
        .strip();
  }

  @Test
  void isTakenOnByOneThreadForOneCallAlone() throws Exception {
    String own = credentials("thread-self");
    AtomicReference<String> during = new AtomicReference<>();
    AtomicReference<String> elsewhere = new AtomicReference<>();
    String after =
        threads.call(
            0,
            LIMIT,
            List.of(),
            thread -> {
              thread.as(
                  SOMEBODY,
                  os -> {
                    during.set(credentials("thread-self"));
                    elsewhere.set(credentials("self"));
                    return 0;
                  });
              return credentials("thread-self");
            });
    assertThat(during.get()).isEqualTo("54321 54322 [54323 54324 54325]");
    assertThat(elsewhere.get()).isEqualTo(own);
    assertThat(after).isEqualTo(own);
    assertThat(credentials("thread-self")).isEqualTo(own);
  }

  @Test
  void isGivenBackWhenTheCallBreaks() throws Exception {
    String own = credentials("thread-self");
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(
              () ->
                  threads.call(
                      0,
                      LIMIT,
                      List.of(),
                      thread ->
                          thread.as(
                              SOMEBODY,
                              os -> {
                                throw new IllegalArgumentException("broken");
                              })))
          .isInstanceOf(HostException.class)
          .hasRootCauseMessage("broken");
      String after = threads.call(0, LIMIT, List.of(), _ -> credentials("thread-self"));
      assertThat(after).isEqualTo(own);
    }
  }

  @Test
  void takesRootsPowerOverFilesAway() throws Exception {
    Path secret = Files.createTempFile("kdst-", "");
    try {
      byte[] path = secret.toString().getBytes();
      assertThat(openAs(null, path)).isNotNegative();
      assertThat(openAs(SOMEBODY, path)).isEqualTo(-Errno.EACCES);
    } finally {
      Files.delete(secret);
    }
  }

  private long openAs(Identity who, byte[] path) throws HostException {
    return threads.call(
        0,
        LIMIT,
        List.of(),
        thread -> {
          long fd =
              thread.as(who, os -> os.open(Flags.AT_FDCWD, path, Flags.READ, 0, Flags.TRUSTED));
          if (fd >= 0) {
            FileCalls.close((int) fd);
          }
          return fd;
        });
  }

  @Test
  void isNeverSeenByVirtualThreadsThatWaitForIt() throws Exception {
    String own = credentials("thread-self");
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      var all =
          java.util.stream.IntStream.range(0, 400)
              .mapToObj(
                  i ->
                      tasks.submit(
                          () -> {
                            if (i % 2 == 0) {
                              threads.call(
                                  i, LIMIT, List.of(), t -> t.as(SOMEBODY, os -> os.look(-1)));
                            }
                            return credentials("thread-self");
                          }))
              .toList();
      for (var each : all) {
        assertThat(each.get()).isEqualTo(own);
      }
    }
  }

  @Test
  void costsLittle() throws Exception {
    int rounds = 20_000;
    long nanos =
        threads.call(
            0,
            LIMIT,
            List.of(),
            thread -> {
              long start = 0;
              for (int i = -rounds; i < rounds; i++) {
                start = i == 0 ? System.nanoTime() : start;
                thread.as(SOMEBODY, os -> 0);
              }
              return (System.nanoTime() - start) / rounds;
            });
    LoggerFactory.getLogger(IdentityTest.class).info("identity there and back: {} ns", nanos);
    assertThat(nanos).isLessThan(1_000_000);
  }

  @Test
  void endsTheProcessWhenItCannotBeGivenBack() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                LostIdentity.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes());
    assertThat(child.waitFor()).describedAs(output).isEqualTo(HostThread.IDENTITY_LOST);
    assertThat(output).contains("could not become uid 0").doesNotContain("went on");
  }
}
