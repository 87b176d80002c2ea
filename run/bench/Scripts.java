import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What run/bench/scripts measures with; see there. */
final class Scripts {
  private static final int EACH = 5;
  private static final int WARM_UP = 3;
  private static final int ALONE = 40;
  private static final Pattern ID = Pattern.compile("\\{\"id\":\"([^\"]+)\",\"script\":\"session_start/");

  private final Path home;
  private final Door door;
  private final long pid;
  private final Path work;
  private final Path peer;

  /** Wall time in milliseconds, processor time in ticks of 10 ms. */
  private record Cost(double millis, double ticks) {}

  private Scripts(String[] arguments) throws Exception {
    home = Path.of(arguments[0]);
    door = new Door(home, arguments[1]);
    pid = Long.parseLong(arguments[2]);
    work = Path.of(arguments[3]);
    peer = Path.of(arguments[7]);
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[4]);
    int sessions = Integer.parseInt(arguments[5]);
    Scripts bench = new Scripts(arguments);
    bench.crowd(rounds, sessions, arguments[6].equals("yes"));
    bench.alone();
    bench.lines("alone", 0);
    bench.lines("while " + sessions + " sessions start again and again", sessions);
    bench.door.close();
  }

  // Many at once

  private void crowd(int rounds, int sessions, boolean where) throws Exception {
    Map<String, List<Cost>> costs = new HashMap<>();
    long verified = 0;
    for (int round = -WARM_UP; round < rounds; round++) {
      if (where && round == 0) {
        command("jcmd", "JFR.start", "name=where", "settings=profile");
      }
      Cost plain = plain(sessions);
      Cost without = scripts("none", sessions, false);
      Cost with = scripts("with", sessions, true);
      if (round >= 0) {
        verified += (long) sessions * EACH;
        costs.computeIfAbsent("plain", k -> new ArrayList<>()).add(plain);
        costs.computeIfAbsent("without", k -> new ArrayList<>()).add(without);
        costs.computeIfAbsent("with", k -> new ArrayList<>()).add(with);
      }
    }
    if (where) {
      Path recording = work.resolveSibling(work.getFileName() + ".jfr");
      command("jcmd", "JFR.stop", "name=where", "filename=" + recording);
      System.out.println("What the flight recorder saw is in " + recording);
    }
    int each = sessions * EACH;
    System.out.printf("%d session_starts at once, %d scripts each, %d rounds%n", sessions, EACH, rounds);
    show("plain bash -c, whole round", costs.get("plain"), 1);
    show("starts without scripts, whole round", costs.get("without"), 1);
    show("starts with scripts, whole round", costs.get("with"), 1);
    show("plain, for each script", costs.get("plain"), each);
    List<Cost> over = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      Cost with = costs.get("with").get(round);
      Cost without = costs.get("without").get(round);
      Cost plain = costs.get("plain").get(round);
      over.add(
          new Cost(
              with.millis - without.millis - plain.millis, with.ticks - without.ticks - plain.ticks));
    }
    show("KDS's overhead, for each script", over, each);
    System.out.printf("verified: every variable of %d runs, no line of another among them%n%n", verified);
  }

  private static void show(String what, List<Cost> costs, int among) {
    double[] wall = costs.stream().mapToDouble(cost -> cost.millis / among).sorted().toArray();
    double[] cpu = costs.stream().mapToDouble(cost -> cost.ticks * 10 / among).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "  %-38s %8.2f ms (%.2f..%.2f), processor %8.2f ms (%.2f..%.2f)%n",
        what,
        wall[wall.length / 2],
        wall[0],
        wall[wall.length - 1],
        cpu[cpu.length / 2],
        cpu[0],
        cpu[cpu.length - 1]);
  }

  private Cost plain(int sessions) throws Exception {
    Path out = Files.createTempDirectory(work, "plain");
    Process process =
        new ProcessBuilder(
                "bash",
                peer.toString(),
                work.resolve("with").toString(),
                Integer.toString(sessions),
                out.toString())
            .redirectErrorStream(true)
            .start();
    String[] said = new String(process.getInputStream().readAllBytes()).strip().split(" ");
    if (process.waitFor() != 0 || said.length != 2) {
      throw new IllegalStateException("plain bash failed: " + String.join(" ", said));
    }
    try (Stream<Path> files = Files.list(out)) {
      if (files.count() != (long) sessions * EACH) {
        throw new IllegalStateException("plain bash did not run all");
      }
    }
    return new Cost(Long.parseLong(said[0]) / 1e3, Long.parseLong(said[1]));
  }

  private Cost scripts(String folder, int sessions, boolean verify) throws Exception {
    use(folder);
    List<Seat> seats = Seat.some(sessions);
    long ticks = ticks();
    long began = System.nanoTime();
    each(seats, seat -> door.post("/session_start", seat.order(), "\"outcome\":\"ready\""));
    double millis = (System.nanoTime() - began) / 1e6;
    Cost cost = new Cost(millis, ticks() - ticks);
    if (verify) {
      verify(seats);
    }
    end(seats);
    return cost;
  }

  private void end(List<Seat> seats) throws Exception {
    each(
        seats,
        seat ->
            door.post("/session_end", "{\"kasm_id\":\"" + seat.kasmId() + "\"}", "\"state\":\"ended\""));
  }

  /** Has the service find these scripts at a session's start. */
  private void use(String folder) throws Exception {
    Path there = home.resolve("scripts/session_start");
    Files.deleteIfExists(there);
    if (!folder.equals("none")) {
      Files.createSymbolicLink(there, work.resolve(folder));
    }
  }

  /** Processor time of the service and of the children that it has reaped. */
  private long ticks() throws Exception {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Stream.of(fields).skip(11).limit(4).mapToLong(Long::parseLong).sum();
  }

  private void verify(List<Seat> seats) throws Exception {
    Set<String> nonces = new HashSet<>();
    for (Seat seat : seats) {
      List<String> runs = new ArrayList<>();
      Matcher ids = ID.matcher(door.get("/scripts/runs?kasm_id=" + seat.kasmId()));
      while (ids.find()) {
        runs.add(ids.group(1));
      }
      Door.must(runs.size() == EACH, "Session " + seat + " has " + runs.size() + " runs");
      for (int number = 1; number <= EACH; number++) {
        seat.verify(number, door.get("/scripts/runs/" + runs.get(EACH - number)), nonces);
      }
    }
    Door.must(nonces.size() == seats.size() * EACH, "A nonce came twice");
  }

  // One at a time

  private void alone() throws Exception {
    double[] over = new double[ALONE];
    double[] plainly = new double[ALONE];
    for (int round = 0; round < ALONE; round++) {
      double plain = plain(1).millis;
      double without = scripts("none", 1, false).millis;
      double with = scripts("with", 1, true).millis;
      over[round] = (with - without - plain) / EACH;
      plainly[round] = plain / EACH;
    }
    Arrays.sort(over);
    Arrays.sort(plainly);
    System.out.printf(
        Locale.ROOT,
        "One session at a time, %d times, for each script: plain %.2f ms, KDS's overhead %.2f ms"
            + " (quarter %.2f, three quarters %.2f)%n",
        ALONE,
        plainly[ALONE / 2],
        over[ALONE / 2],
        over[ALONE / 4],
        over[ALONE * 3 / 4]);
  }

  // From a line to its subscriber

  private void lines(String when, int crowd) throws Exception {
    use("pace");
    Seat seat = Seat.some(1).getFirst();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> start =
          threads.submit(() -> door.post("/session_start", seat.order(), "\"outcome\":\"ready\""));
      Matcher id = ID.matcher("");
      while (!id.find()) {
        id = ID.matcher(door.get("/scripts/runs?kasm_id=" + seat.kasmId()));
      }
      use("with");
      Future<?> others = threads.submit(() -> crowds(crowd, start));
      Stream<String> lines = door.lines("/scripts/runs/" + id.group(1) + "/output");
      Instant open = Instant.now();
      List<Double> late = new ArrayList<>();
      lines
          .filter(line -> line.startsWith("data: {\"text\":\""))
          .forEach(
              line -> {
                Instant now = Instant.now();
                String stamp = line.substring(15, line.indexOf('"', 15)).replace(".", "");
                Instant said = Instant.EPOCH.plus(Long.parseLong(stamp), ChronoUnit.MICROS);
                if (said.isAfter(open)) {
                  late.add(ChronoUnit.MICROS.between(said, now) / 1e3);
                }
              });
      start.get();
      others.get();
      late.sort(null);
      System.out.printf(
          Locale.ROOT,
          "A line to its subscriber, %s: median %.2f ms, p99 %.2f ms, longest %.2f ms, of %d lines%n",
          when,
          late.get(late.size() / 2),
          late.get(late.size() * 99 / 100),
          late.getLast(),
          late.size());
    }
    end(List.of(seat));
  }

  private Void crowds(int sessions, Future<?> until) throws Exception {
    while (sessions > 0 && !until.isDone()) {
      List<Seat> seats = Seat.some(sessions + 1).subList(1, sessions + 1);
      each(seats, seat -> door.post("/session_start", seat.order(), "\"outcome\":\"ready\""));
      end(seats);
    }
    return null;
  }

  // Calls

  private interface Task {
    Object run(Seat seat) throws Exception;
  }

  private static void each(List<Seat> seats, Task task) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Object>> all = new ArrayList<>();
      seats.forEach(seat -> all.add(() -> task.run(seat)));
      for (Future<Object> done : threads.invokeAll(all)) {
        done.get();
      }
    }
  }

  private void command(String tool, String... words) throws Exception {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    all.add(Long.toString(pid));
    all.addAll(List.of(words));
    Door.must(new ProcessBuilder(all).redirectErrorStream(true).start().waitFor() == 0, all.toString());
  }
}
