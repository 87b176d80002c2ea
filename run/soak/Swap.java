import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Replaces the transfer bundle of a running service again and again under load. Started by {@code
 * run/soak/swap}, with {@code HOME PORT PID SHIPPED-JAR SWAPS SEED MIB CLIENTS}.
 *
 * <p>In flight all the time: short requests by several clients; one large transfer after the other
 * at full speed, down and up in turn; a pair at 100 KB/s, down and up, each of which outlives
 * several replacements; and a large pair that is held to 100 KB/s for the whole campaign and then
 * let go, so that its bundle, by then replaced many times, has to publish an upload under another
 * name: classes it has never loaded before.
 */
final class Swap {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final Duration BASELINE = Duration.ofSeconds(20);

  /** Used only when the name of an upload is taken, which happens to one upload: the one held. */
  private static final String LATE_CLASS = "kds.storage.transfer.ConflictNames";

  private static final long SLOW_SIZE = 15L * Streams.SLOW;

  private final Service service;
  private final Path shipped;
  private final int count;
  private final Random random;
  private final int clients;
  private final Path work;
  private final Streams.Content large;
  private final Streams.Content slow;
  private volatile Tally tally = new Tally();
  private volatile boolean loading;
  private volatile boolean held;
  private volatile int swapped;
  private long earlyClasses;
  private String current;

  public static void main(String[] args) throws Exception {
    Service service =
        Service.of(Path.of(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2]));
    Swap swap =
        new Swap(
            service,
            Path.of(args[3]),
            Integer.parseInt(args[4]),
            Long.parseLong(args[5]),
            Long.parseLong(args[6]) << 20,
            Integer.parseInt(args[7]));
    System.exit(swap.run() ? 0 : 1);
  }

  private Swap(Service service, Path shipped, int count, long seed, long size, int clients)
      throws IOException {
    this.service = service;
    this.shipped = shipped;
    this.count = count;
    this.random = new Random(seed);
    this.clients = clients;
    work = Files.createDirectory(service.home().resolve("soak"));
    large = Streams.Content.make(service.files().resolve("large.bin"), size, seed);
    slow = Streams.Content.make(service.files().resolve("slow.bin"), SLOW_SIZE, seed + 1);
    Files.createFile(service.files().resolve("held.bin"));
  }

  private boolean run() throws Exception {
    Report report = new Report();
    report.say(
        "Baseline: the same load for " + BASELINE.toSeconds() + " s without a replacement …");
    Tally baseline = phase("held-before.bin", () -> Thread.sleep(BASELINE));
    Footprint before = settled(null);

    report.say("Replacing the bundle " + count + " times …");
    List<Long> delays = new ArrayList<>();
    Tally swaps = phase("held.bin", () -> replaceAll(delays, report));
    long early = earlyClasses;
    long late = timesLoaded(LATE_CLASS);
    Footprint after = settled(before);

    report.say("Dropping bundles that cannot start, then removing the overlay …");
    Tally broken = phase("held-after.bin", () -> dropBroken(report));
    report.write(baseline, swaps, broken, delays, count, before, after);
    report.late(LATE_CLASS, early, late);
    return report.good();
  }

  private interface Act {
    void run() throws Exception;
  }

  /**
   * Runs an act while the whole load is on, and ends the load in peace.
   *
   * @param heldName what the upload that is held back the whole time is to be called
   */
  private Tally phase(String heldName, Act act) throws Exception {
    tally = new Tally();
    swapped = 0;
    loading = true;
    held = true;
    try (HttpClient client = service.client()) {
      List<Thread> threads = start(client, heldName);
      if (!tally.await(shippedOrNewest(), PATIENCE)) {
        tally.failed("no answer from the version that should serve");
      }
      act.run();
      earlyClasses = timesLoaded(LATE_CLASS);
      held = false;
      loading = false;
      for (Thread thread : threads) {
        thread.join();
      }
    }
    return tally;
  }

  private String shippedOrNewest() throws IOException {
    if (current == null) {
      try (JarFile jar = new JarFile(shipped.toFile())) {
        current = jar.getManifest().getMainAttributes().getValue("Bundle-Version");
      }
    }
    return current;
  }

  private List<Thread> start(HttpClient client, String heldName) {
    Streams streams = new Streams(service, client, () -> tally, () -> swapped);
    BooleanSupplier always = () -> loading;
    List<Runnable> work = new ArrayList<>();
    work.add(() -> streams.download(large, () -> held));
    work.add(() -> streams.upload(large, heldName, () -> held));
    work.add(() -> repeat(() -> streams.download(slow, always)));
    work.add(() -> repeat(() -> streams.upload(slow, "slow-up.bin", always)));
    work.add(
        () ->
            repeat(
                () -> {
                  streams.download(large, () -> false);
                  streams.upload(large, "fast.bin", () -> false);
                }));
    for (int n = 0; n < clients; n++) {
      work.add(new Load(service, client, n, random.nextLong(), () -> tally, () -> loading));
    }
    return work.stream().map(Thread.ofVirtual()::start).toList();
  }

  private void repeat(Runnable what) {
    while (loading) {
      what.run();
    }
  }

  private void replaceAll(List<Long> delays, Report report) throws Exception {
    for (int n = 1; n <= count; n++) {
      String version = "1.0.0.v%04d".formatted(n);
      drop(version, Map.of());
      long began = System.nanoTime();
      if (!tally.await(version, PATIENCE)) {
        tally.failed("version " + version + " was not seen within " + PATIENCE.toSeconds() + " s");
        return;
      }
      delays.add((System.nanoTime() - began) / 1_000_000);
      current = version;
      swapped = n;
      if (n % 10 == 0) {
        report.say("  " + n + " …");
      }
      Thread.sleep(random.nextInt(400));
    }
  }

  private void dropBroken(Report report) throws Exception {
    String imports;
    try (JarFile jar = new JarFile(shipped.toFile())) {
      imports = jar.getManifest().getMainAttributes().getValue("Import-Package");
    }
    drop("1.0.0.x1", Map.of("Import-Package", imports + ",no.such.place"));
    Thread.sleep(5_000);
    drop("1.0.0.x2", Map.of("Bundle-Activator", "no.such.Activator"));
    Thread.sleep(5_000);
    if (!tally.versions().equals(Set.of(current))) {
      tally.failed("not only " + current + " served meanwhile: " + tally.versions());
    }
    current = null;
    tally.expectOlder();
    Files.delete(service.home().resolve("deploy/kds.storage.transfer.jar"));
    if (!tally.await(shippedOrNewest(), PATIENCE)) {
      tally.failed("the shipped bundle did not come back when the overlay was removed");
    }
    report.say("  the shipped bundle " + current + " serves again");
  }

  private void drop(String version, Map<String, String> headers) throws IOException {
    Path fresh = work.resolve("kds.storage.transfer.jar");
    Variant.make(shipped, fresh, version, headers);
    Files.move(
        fresh,
        service.home().resolve("deploy/kds.storage.transfer.jar"),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** What the process holds once it has come to rest; waits for it to shrink to what it was. */
  private Footprint settled(Footprint before) throws Exception {
    long until = System.nanoTime() + PATIENCE.toNanos();
    Footprint last = null;
    while (System.nanoTime() < until) {
      Thread.sleep(5_000);
      Footprint now = Footprint.of(service);
      boolean rests = before == null ? last != null && last.within(now) : now.within(before);
      if (rests) {
        return now;
      }
      last = now;
    }
    return last;
  }

  /** How many times a class was loaded so far, by the log that {@code run/soak/swap} asks for. */
  private long timesLoaded(String name) throws IOException {
    try (Stream<String> lines = Files.lines(service.home().resolve("log/classes.log"))) {
      return lines.filter(line -> line.contains("] " + name + " ")).count();
    }
  }
}
