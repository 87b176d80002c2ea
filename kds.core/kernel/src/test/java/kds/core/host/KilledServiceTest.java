package kds.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service is killed at random moments. Its classes lie where only root can read them, so this
 * shows as well that it loads none while it is somebody else. {@code -Dkds.kills=200} for long.
 */
class KilledServiceTest {
  private static final Logger LOG = LoggerFactory.getLogger(KilledServiceTest.class);
  private static final int KILLS = Integer.getInteger("kds.kills", 20);

  private TestUser user;
  private String classes;
  private int published;
  private int hidden;

  @BeforeEach
  void enter() throws Exception {
    user = TestUser.make();
    classes = classesOfRoot();
  }

  @AfterEach
  void leave() {
    if (user != null) {
      user.close();
    }
  }

  @Test
  void leavesNothingPartialUnderAFinalNameAndNothingPublishedUndone() throws Exception {
    for (int round = 0; round < KILLS; round++) {
      boolean named = round % 2 == 1;
      List<String> acknowledged = killAtSomeMoment(round, named);
      check(acknowledged, named);
    }
    LOG.info(
        "{} kills: {} uploads published, all whole; {} hidden files left",
        KILLS,
        published,
        hidden);
    assertThat(published).isGreaterThan(KILLS);
    nextServiceSweepsWhatIsOld();
  }

  private List<String> killAtSomeMoment(int round, boolean named) throws Exception {
    Process service =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classes,
                UploadingService.class.getName(),
                user.name(),
                "r" + round,
                named ? "named" : "unnamed")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> acknowledged = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(service.getInputStream(), StandardCharsets.UTF_8))) {
      acknowledged.add(lines.readLine());
      Thread killer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    java.util.concurrent.locks.LockSupport.parkNanos(
                        TimeUnit.MICROSECONDS.toNanos(
                            ThreadLocalRandom.current().nextInt(300_000)));
                    service.toHandle().destroyForcibly(); // leaves its output to be read
                  });
      lines.lines().forEach(acknowledged::add);
      killer.join();
    } finally {
      service.destroyForcibly().waitFor();
    }
    assertThat(acknowledged).doesNotContainNull();
    return acknowledged;
  }

  private void check(List<String> acknowledged, boolean named) throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.walk(user.downloads())) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      if (file.getFileName().toString().startsWith(".kds-")) {
        assertThat(named || UploadingService.isWhole(Files.readAllBytes(file))).isTrue();
        hidden++;
        continue;
      }
      assertThat(UploadingService.isWhole(Files.readAllBytes(file)))
          .describedAs("%s", file)
          .isTrue();
      assertThat(Files.getOwner(file).getName()).isEqualTo(user.name());
    }
    for (String path : acknowledged) {
      assertThat(user.downloads().resolve(path)).exists();
    }
    published += acknowledged.size();
    for (Path file : files) {
      Files.delete(file);
    }
  }

  private void nextServiceSweepsWhatIsOld() throws Exception {
    Path young = user.downloads().resolve(".kds-" + "ab".repeat(16) + ".part");
    Path old = user.downloads().resolve(".kds-" + "cd".repeat(16) + ".part");
    Path similar = user.downloads().resolve(".kds-notes.part");
    user.sh("cd Downloads; touch '%s' '%s' '%s'".formatted(young, old, similar));
    FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    Files.setLastModifiedTime(old, longAgo);
    Files.setLastModifiedTime(similar, longAgo);
    try (var watch = user.downloads().getFileSystem().newWatchService();
        Host host = new Host()) {
      user.downloads().register(watch, java.nio.file.StandardWatchEventKinds.ENTRY_DELETE);
      Host.write(host.downloads(user), "next", "x");
      assertThat(watch.poll(20, TimeUnit.SECONDS)).isNotNull();
    }
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(similar).exists();
  }

  /** A copy of the class folders that the user cannot read; the jars are root's anyway. */
  private String classesOfRoot() throws IOException {
    Path copy = Files.createTempDirectory(user.base(), "classes");
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(Files::exists)
        .map(entry -> Files.isDirectory(entry) ? copied(entry, copy) : entry.toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String copied(Path folder, Path into) {
    Path target = into.resolve(Integer.toHexString(folder.hashCode()));
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        Path to = target.resolve(folder.relativize(each).toString());
        Files.copy(each, to);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return target.toString();
  }
}
