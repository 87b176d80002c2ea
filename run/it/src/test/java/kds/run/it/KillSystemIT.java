package kds.run.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kds.run.it.Uploads.Answer;
import kds.run.it.Uploads.Way;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * {@code kill -9} at random moments under uploads of every kind: what was acknowledged is there and
 * whole, nothing else is under a final name, and the space of the rest comes back. {@code
 * -Dkds.kills} and {@code -Dkds.seed} say how often and at which moments; {@code run/soak/kill} is
 * the long form.
 */
class KillSystemIT {
  private static final int KILLS = Integer.getInteger("kds.kills", 2);
  private static final long SEED = Long.getLong("kds.seed", 1);
  private static final int CLIENTS = 6;
  private static final int LARGEST = 6 << 20;

  private static final Pattern EXPIRES = Pattern.compile("\"expires\":\"[^\"]*\"");

  /** What curl says when it had no answer, or only leave to go on. */
  private static final Set<String> UNANSWERED = Set.of("000", "100");

  private static final String KEPT = ".kept.part";

  @TempDir Path scratch;

  private final Random random = new Random(SEED);
  private final Map<String, String> digests = new ConcurrentHashMap<>();
  private final List<Path> sources = new ArrayList<>();
  private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
  private Service service;
  private Path files;
  private SmallDisk disk;
  private long free;
  private Uploads uploads;
  private volatile boolean over;
  private volatile long acknowledged;
  private long broken;
  private long resumed;

  @BeforeEach
  void start() throws Exception {
    SmallDisk.requireRoot("A disk of its own");
    service = Service.fresh().start();
    files = service.home().resolve("Files");
    disk = SmallDisk.ext4(files, 1024);
    free = disk.free();
    uploads = Uploads.of(service, files, "--ttl", "1d");
    for (int i = 0; i < 8; i++) {
      byte[] content = new byte[1 + random.nextInt(LARGEST)];
      random.nextBytes(content);
      sources.add(Files.write(scratch.resolve("source-" + i), content));
    }
  }

  @AfterEach
  void stop() throws Exception {
    over = true;
    if (disk != null) {
      service.stop();
      disk.close();
    }
    if (service != null) {
      service.close();
    }
  }

  @Test
  void keepsWhatItAcknowledgedAndNothingElse() throws Exception {
    for (int kill = 1; kill <= KILLS; kill++) {
      over = false;
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int number = i;
        int round = kill;
        clients.add(Thread.startVirtualThread(() -> upload(number, round)));
      }
      if (kill % 2 == 1) {
        awaitAcknowledgement();
      }
      TimeUnit.MILLISECONDS.sleep(random.nextInt(1500));
      service.kill();
      over = true;
      for (Thread client : clients) {
        client.join();
      }
      assertThat(unexpected).as("in round %d", kill).isEmpty();
      Set<String> published = requireWhole("after kill " + kill);
      service.startAgain();
      goOn(published, "after kill " + kill);
    }
    int hidden = requireSweep();
    int lost = requireExpiry();
    Files.delete(files.resolve("last"));
    assertThat(uploads.names()).as("in the end").isEmpty();
    assertThat(disk.free()).as("in the end: free bytes").isGreaterThan(free - (1 << 20));
    assertThat(acknowledged).as("acknowledged uploads").isPositive();
    assertThat(broken).as("uploads that a kill met").isPositive();
    LoggerFactory.getLogger(KillSystemIT.class)
        .warn(
            "{} kills: {} uploads acknowledged, {} broken off; {} hidden names left and swept;"
                + " {} uploads gone on with, {} begun without the client's knowledge and expired",
            KILLS,
            acknowledged,
            broken,
            hidden,
            resumed,
            lost);
  }

  /** What was begun by tus is gone on with where it was, and published once. */
  private void goOn(Set<String> published, String when) throws Exception {
    Set<String> here = new HashSet<>();
    for (TusUpload upload : uploads.unfinished()) {
      Answer answer = upload.goOn();
      assertThat(answer.status()).as("%s: %s", when, answer.body()).startsWith("20");
      assertThat(Receipt.in(answer.body()))
          .as(when)
          .isEqualTo(Receipt.of(upload.name(), upload.source()));
      if (!published.contains(upload.name())) {
        Path file = files.resolve(upload.name());
        assertThat(Files.mismatch(upload.source(), file)).as(when).isEqualTo(-1);
        here.add(upload.name());
      }
      resumed++;
    }
    assertThat(uploads.names().stream().filter(name -> !name.startsWith(".")))
        .as(when + ": published once")
        .containsExactlyInAnyOrderElementsOf(here);
    for (String name : here) {
      Files.delete(files.resolve(name));
    }
  }

  /**
   * An upload that was begun when the service died, before its client had learned the URL, stays
   * until it expires; which is now.
   */
  private int requireExpiry() throws Exception {
    int lost = (int) uploads.names().stream().filter(name -> name.startsWith(".")).count();
    service.stop();
    try (Stream<Path> states = Files.list(service.home().resolve("state/uploads"))) {
      for (Path state : states.filter(file -> file.toString().endsWith(".json")).toList()) {
        String text = Files.readString(state);
        String past = EXPIRES.matcher(text).replaceFirst("\"expires\":\"2001-01-01T00:00:00Z\"");
        assertThat(past).isNotEqualTo(text);
        Files.writeString(state, past);
      }
    }
    service.startAgain();
    Soon.until("expired uploads are gone", () -> uploads.names().equals(List.of("last")));
    return lost;
  }

  /**
   * Between the two steps in which a file takes another's place it has a hidden name, which a kill
   * may leave behind. It goes with the first upload a day later.
   */
  private int requireSweep() throws Exception {
    List<String> hidden = uploads.names().stream().filter(KillSystemIT::isSwept).toList();
    for (String name : hidden) {
      Files.setLastModifiedTime(
          files.resolve(name), FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    }
    assertThat(uploads.send(Way.PUT_ANNOUNCED, sources.getFirst(), "last").status())
        .isEqualTo("201");
    Soon.until(
        "hidden names are gone", () -> uploads.names().stream().noneMatch(KillSystemIT::isSwept));
    return hidden.size();
  }

  /** Those of uploads in several goes are kept. */
  private static boolean isSwept(String name) {
    return name.startsWith(".") && !name.endsWith(KEPT);
  }

  /** Every second kill meets a service that is in full swing, however slow the machine is. */
  private void awaitAcknowledgement() throws InterruptedException {
    long before = acknowledged;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (acknowledged == before && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** Sends one file after another until the service is gone. */
  private void upload(int client, int round) {
    for (int i = 0; !over; i++) {
      Path source = sources.get(ThreadLocalRandom.current().nextInt(sources.size()));
      Way way = Way.values()[(client + i) % Way.values().length];
      String name =
          switch (way) {
            case OVERWRITE -> "over-" + client;
            case FORM -> "taken"; // renamed, all of them
            default -> "new-%d-%d-%d".formatted(round, client, i);
          };
      try {
        if (!note(way, source, uploads.send(way, source, name))) {
          return; // the service is gone
        }
      } catch (Exception e) {
        unexpected.add(way + ": " + e);
        return;
      }
    }
  }

  /** Whether it was answered. All that else may happen to it is that the service dies. */
  private synchronized boolean note(Way way, Path source, Answer answer) throws Exception {
    if (!answer.status().startsWith("20")) {
      broken++;
      if (!UNANSWERED.contains(answer.status())) {
        unexpected.add(way + ": " + answer);
      }
      return false;
    }
    acknowledged++;
    Receipt receipt = Receipt.in(answer.body());
    assertThat(receipt.crc32c()).isEqualTo(Receipt.digest(source));
    if (way != Way.OVERWRITE) {
      digests.put(receipt.path(), receipt.crc32c());
    }
    return true;
  }

  /**
   * Files that were published though their answer was lost are whole as well: one of the sources.
   */
  private Set<String> requireWhole(String when) throws Exception {
    Set<String> whole = ConcurrentHashMap.newKeySet();
    for (Path source : sources) {
      whole.add(Receipt.digest(source));
    }
    long held = 0;
    Set<String> seen = ConcurrentHashMap.newKeySet();
    for (String name : uploads.names()) {
      held += space(name);
      if (name.startsWith(".")) {
        continue; // looked at in the end
      }
      seen.add(name);
      String digest = Receipt.digest(files.resolve(name));
      assertThat(whole).as("%s: %s is one of those sent", when, name).contains(digest);
      if (digests.containsKey(name)) {
        assertThat(digest).as("%s: %s", when, name).isEqualTo(digests.get(name));
      }
    }
    assertThat(seen).as(when).containsAll(digests.keySet());
    assertThat(disk.free()).as(when + ": free bytes").isGreaterThan(free - held - (4 << 20));
    // Looked at, so they make room.
    for (String name : seen) {
      Files.delete(files.resolve(name));
    }
    digests.clear();
    return seen;
  }

  /** What it takes, reserved space included. */
  private long space(String name) throws Exception {
    String du = Host.succeed("du", "-B1", files.resolve(name).toString());
    return Long.parseLong(du.split("\\s", 2)[0]);
  }
}
