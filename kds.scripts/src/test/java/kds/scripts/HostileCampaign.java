package kds.scripts;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import kds.api.script.ScriptRun;
import kds.api.session.SessionContext;

/** Scripts of every {@link HostileKind}, several at once, each as the only one of its session. */
final class HostileCampaign {
  private static final int AT_ONCE = 6;

  /** Runs of each kind that are kept: few, so that the heap is soon as full of them as it gets. */
  static final int KEEP = 2;

  private static final Duration LONG = Duration.ofMinutes(15);
  private static final Duration GRACE = Duration.ofMillis(50);

  private final House house;
  private final Random random;
  private final String mark;
  private final byte[] noise;
  private final Path noiseFile;
  private final Map<HostileKind, ScriptRunning> scripts = new ConcurrentHashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();
  private final AtomicLong bytes = new AtomicLong();

  HostileCampaign(House house, long seed) throws IOException {
    this.house = house;
    this.random = new Random(seed);
    // Nobody else on this machine sleeps just as long.
    this.mark = "600." + ProcessHandle.current().pid() + (1_000_000 + random.nextInt(9_000_000));
    noise = new byte[HostileKind.NOISE];
    random.nextBytes(noise);
    noiseFile = Files.write(house.root.resolve("noise"), noise);
  }

  String mark() {
    return mark;
  }

  long bytes() {
    return bytes.get();
  }

  Map<String, Integer> counts() {
    return counts;
  }

  /** So many, as their weights have it, and these among them. */
  void run(int count, List<HostileKind> more) throws Exception {
    List<HostileKind> plan = new ArrayList<>(more);
    while (plan.size() < count) {
      plan.add(any());
    }
    java.util.Collections.shuffle(plan, random);
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<?>> all = new ArrayList<>();
      for (HostileKind kind : plan) {
        counts.merge(kind.name(), 1, Integer::sum);
        String kasmId = new UUID(random.nextLong(), random.nextLong()).toString();
        ScriptRunning running = running(kind);
        all.add(
            threads.submit(
                () -> {
                  one(kind, running, kasmId);
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  private HostileKind any() {
    int left = random.nextInt(HostileKind.ALL.stream().mapToInt(HostileKind::weight).sum());
    for (HostileKind kind : HostileKind.ALL) {
      left -= kind.weight();
      if (left < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("The weights have changed");
  }

  private ScriptRunning running(HostileKind kind) throws IOException {
    ScriptRunning known = scripts.get(kind);
    if (known != null) {
      return known;
    }
    Path root = Files.createDirectory(house.root.resolve("kind" + scripts.size()));
    House.mode(root, "rwxr-xr-x");
    House.mode(Files.createDirectory(root.resolve("session_end")), "rwxr-xr-x");
    String text = kind.text().replace("$mark", mark).replace("$noise", noiseFile.toString());
    house.bash(root.getFileName() + "/session_end/x.sh", text);
    ScriptRunning made = house.scripts(new Settings(root, LONG, GRACE, false, 64, KEEP));
    scripts.put(kind, made);
    return made;
  }

  private void one(HostileKind kind, ScriptRunning running, String kasmId) throws Exception {
    SessionContext context = House.context(kasmId, "alice", List.of());
    List<ScriptRun> runs =
        running
            .folder("session_end", context)
            .all()
            .toCompletableFuture()
            .get(LONG.toMinutes() + 1, TimeUnit.MINUTES);
    String wrong = runs.size() == 1 ? kind.wrong(runs.getFirst(), noise) : runs.size() + " runs";
    if (!wrong.isEmpty()) {
      throw new AssertionError(kind.name() + ": " + wrong);
    }
    if (house.living().stream().anyMatch(group -> group.startsWith(Run.groupsOf(kasmId)))) {
      throw new AssertionError(kind.name() + ": something of it lives");
    }
    bytes.addAndGet(runs.getFirst().outputBytes());
    house.audit.clear(); // the test's own list would grow with the runs
  }

  /** Processes that a script has left, by what they were called with, wherever they are. */
  List<String> left() throws IOException {
    List<String> left = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path process : all) {
        String words = words(process);
        if (words.contains(mark) || words.contains(house.root.toString() + "/kind")) {
          left.add(process.getFileName() + " " + words);
        }
      }
    }
    return left;
  }

  /** Empty for one that has ended. */
  private static String words(Path process) {
    try {
      byte[] words = Files.readAllBytes(process.resolve("cmdline"));
      return new String(words, StandardCharsets.ISO_8859_1).replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  /** What is in use after a collection, in bytes. */
  static long heap() {
    for (int round = 0; round < 3; round++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** How many files this JVM has open. */
  static int descriptors() {
    String[] open = new java.io.File("/proc/self/fd").list();
    return open == null ? -1 : open.length;
  }
}
