package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The tus project's own clients, both at once, on a road that breaks ten times for each, while the
 * service is killed twice and its transfer bundle replaced twice. {@code -Dkds.tus.mib} and {@code
 * -Dkds.seed} say how large the files are and at which moments it happens; {@code run/soak/tus} is
 * the long form.
 */
class TusClientSystemIT {
  private static final long SIZE = Long.getLong("kds.tus.mib", 64) << 20;
  private static final long SEED = Long.getLong("kds.seed", 1);
  private static final int CUTS = 10;
  private static final int BUNDLES = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir static Path programs;
  @TempDir Path scratch;

  private final Random random = new Random(SEED);
  private Service service;

  private interface Event {
    void happen() throws Exception;
  }

  @BeforeAll
  static void fetch() throws InterruptedException {
    TusJavaScript.require(programs);
  }

  @AfterEach
  void stop() throws IOException {
    if (service != null) {
      service.close();
    }
  }

  @Test
  void arriveWholeAndOnceWhateverBreaks() throws Exception {
    Path file = write(scratch.resolve("sent.bin"), SIZE);
    service = Service.fresh().start();
    try (CuttingRelay first = new CuttingRelay(port(), moments(CUTS));
        CuttingRelay second = new CuttingRelay(port(), moments(CUTS))) {
      long began = System.nanoTime();
      String token = service.script("token").strip();
      Path certificate = service.home().resolve("certs/cert.pem");
      SSLSocketFactory trust = Trust.of(certificate).getSocketFactory();
      List<CuttingRelay> roads = List.of(first, second);
      List<Event> events =
          List.of(this::kill, () -> replace(1), this::kill, () -> replace(BUNDLES));
      List<Long> when = moments(events.size());
      roads.forEach(road -> road.stopAt(stop(when.getFirst())));
      FutureTask<String> javaScript =
          started(
              () ->
                  new TusJavaScript(programs, certificate, token)
                      .send(url(first), file, "folder/js.bin", 1));
      FutureTask<String> java =
          started(
              () -> {
                TusJava.send(trust, url(second), token, file, "folder/java.bin");
                return "";
              });
      for (int i = 0; i < events.size(); i++) {
        for (CuttingRelay road : roads) {
          road.stopAt(stop(when.get(i)));
        }
        for (CuttingRelay road : roads) {
          road.awaitPassed(when.get(i), PATIENCE);
        }
        events.get(i).happen();
      }
      roads.forEach(road -> road.stopAt(Long.MAX_VALUE));
      String answers = javaScript.get(15, TimeUnit.MINUTES);
      java.get(15, TimeUnit.MINUTES);
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      assertThat(roads).extracting(CuttingRelay::made).containsOnly(CUTS);
      requireBoth(file);
      LoggerFactory.getLogger(TusClientSystemIT.class)
          .warn(
              "seed {}: 2 files of {} MiB, {} cuts each, 2 kills, {} bundles: {} s;"
                  + " tus-js-client had {} answers",
              SEED,
              SIZE >> 20,
              CUTS,
              BUNDLES,
              took.toSeconds(),
              answers.lines().count() - 1);
    }
  }

  @Test
  void sendsPartsAtTheSameTimeAndHasThemJoined() throws Exception {
    Path file = write(scratch.resolve("sent.bin"), 8 << 20);
    service = Service.fresh().start();
    Path certificate = service.home().resolve("certs/cert.pem");
    new TusJavaScript(programs, certificate, service.script("token").strip())
        .send(service.url("/files/"), file, "parallel.bin", 3);
    Path files = service.home().resolve("Files");
    assertThat(Files.mismatch(file, files.resolve("parallel.bin"))).isEqualTo(-1);
    try (Stream<Path> all = Files.list(files)) {
      assertThat(all.toList()).containsExactly(files.resolve("parallel.bin"));
    }
  }

  /** Both are there, whole and once; nothing else is, and each was one upload from end to end. */
  private void requireBoth(Path sent) throws IOException {
    Path files = service.home().resolve("Files");
    for (String name : List.of("folder/js.bin", "folder/java.bin")) {
      assertThat(Files.mismatch(sent, files.resolve(name))).as(name).isEqualTo(-1);
    }
    try (Stream<Path> all = Files.walk(files)) {
      assertThat(all.filter(Files::isRegularFile).map(path -> files.relativize(path).toString()))
          .containsExactlyInAnyOrder("folder/js.bin", "folder/java.bin");
    }
    try (Stream<Path> states = Files.list(service.home().resolve("state/uploads"))) {
      assertThat(states.toList())
          .hasSize(2)
          .allSatisfy(state -> assertThat(Files.readString(state)).contains("\"receipt\":{"));
    }
  }

  /** Random bytes of the upload, ascending, none in its first or last twentieth. */
  private List<Long> moments(int count) {
    return random.longs(count, SIZE / 20, SIZE - SIZE / 20).sorted().boxed().toList();
  }

  /** Bytes go on while something happens, but not so far that it would be over. */
  private static long stop(long moment) {
    return moment + SIZE / 20;
  }

  private void kill() throws Exception {
    service.kill();
    service.startAgain();
  }

  /** Replaces the transfer bundle, and waits until the new one serves. */
  private void replace(int number) throws Exception {
    String version = "1.0.0.v" + number;
    Path fresh = service.home().resolve("run/kds.storage.transfer.jar");
    Files.write(fresh, NewerBundle.of("kds.storage.transfer", version));
    Files.move(
        fresh,
        service.home().resolve("deploy/kds.storage.transfer.jar"),
        StandardCopyOption.ATOMIC_MOVE);
    Soon.until(version + " serves", () -> serving().contains("version=" + version));
  }

  private String serving() throws Exception {
    return service
        .curl("-o", "/dev/null", "-D", "-", service.url("/api/downloads"))
        .output()
        .lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("kds-capability:"))
        .findFirst()
        .orElse("");
  }

  private Path write(Path file, long size) throws IOException {
    byte[] piece = new byte[1 << 20];
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (long written = 0; written < size; written += piece.length) {
        random.nextBytes(piece);
        out.write(piece);
      }
    }
    return file;
  }

  private int port() {
    return URI.create(service.url("/")).getPort();
  }

  private static String url(CuttingRelay road) {
    return "https://localhost:" + road.port() + "/files/";
  }

  private static FutureTask<String> started(Callable<String> client) {
    FutureTask<String> task = new FutureTask<>(client);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }
}
