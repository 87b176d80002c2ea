import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What run/bench/output measures with; see there. */
final class Output {
  private static final Pattern RUN =
      Pattern.compile("\"id\":\"([^\"]+)\",\"script\":\"session_start/");
  private static final Pattern TOOK = Pattern.compile("\"milliseconds\":(\\d+)");
  private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured)\\s+total \\d+K, used (\\d+)K");

  /** The most bytes of a line that are told in one piece. */
  private static final int PIECE = 8192;

  private static final long WARM_UP = 192L << 20;

  private final Path home;
  private final Door door;
  private final long pid;
  private final Path log;
  private final boolean json;

  /** What a round cost: MB/s, microseconds of processor for each record, MB/s of log. */
  private record Cost(double rate, double each, double logged) {}

  /** What a script repeats, and how each repetition has to look in the log. */
  private record Row(String name, String writes, long unit, List<String> pieces) {}

  private Output(String[] arguments) throws Exception {
    home = Path.of(arguments[0]);
    door = new Door(home, arguments[1]);
    pid = Long.parseLong(arguments[2]);
    log = Path.of(arguments[3]);
    json = arguments[8].equals("json");
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[4]);
    long bytes = Long.parseLong(arguments[5]);
    boolean where = arguments[7].equals("yes");
    Output bench = new Output(arguments);
    bench.run(bench.row("80"), WARM_UP);
    bench.run(bench.row("1000"), WARM_UP);
    long heap = bench.heap();
    long memory = bench.memory();
    if (where) {
      bench.command("jcmd", "JFR.start", "name=where", "settings=profile");
    }
    System.out.printf(
        "%-10s %-24s %-24s %s%n", "lines of", "output, MB/s", "processor, us/record", "log, MB/s");
    for (String name : arguments[6].split(",")) {
      List<Cost> costs = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        costs.add(bench.run(bench.row(name), bytes));
      }
      System.out.printf(
          "%-10s %-24s %-24s %s%n",
          name,
          middle(costs.stream().mapToDouble(Cost::rate).toArray()),
          middle(costs.stream().mapToDouble(Cost::each).toArray()),
          middle(costs.stream().mapToDouble(Cost::logged).toArray()));
    }
    if (where) {
      Path recording = Path.of("kds-output-" + bench.pid + ".jfr").toAbsolutePath();
      bench.command("jcmd", "JFR.stop", "name=where", "filename=" + recording);
      System.out.println("What the flight recorder saw is in " + recording);
    }
    System.out.printf(
        Locale.ROOT,
        "%d rounds of %d MiB each, every record compared with what was written%n"
            + "heap after a collection %.1f MiB before, %.1f MiB after; resident %d and %d MiB%n",
        rounds,
        bytes >> 20,
        heap / 1024.0,
        bench.heap() / 1024.0,
        memory,
        bench.memory());
    bench.door.close();
  }

  private static String middle(double[] values) {
    Arrays.sort(values);
    return String.format(
        Locale.ROOT,
        "%.2f (%.2f..%.2f)",
        values[values.length / 2],
        values[0],
        values[values.length - 1]);
  }

  private Row row(String name) {
    return switch (name) {
      case "none" -> new Row(name, "tr '\\0' x < /dev/zero", PIECE, List.of("x".repeat(PIECE)));
      case "nul" -> new Row(name, "cat /dev/zero", PIECE, List.of("\\x00".repeat(PIECE)));
      case "controls" -> controls(name);
      case "secret" -> secret(name);
      default -> plain(name, Integer.parseInt(name));
    };
  }

  private static Row plain(String name, int length) {
    String line = "z".repeat(length - 1);
    List<String> pieces = new ArrayList<>();
    for (int at = 0; at < line.length(); at += PIECE) {
      pieces.add(line.substring(at, Math.min(line.length(), at + PIECE)));
    }
    return new Row(name, "yes " + line, length, pieces);
  }

  private Row controls(String name) {
    String shown = "\\x1b[1;31m" + "ü".repeat(480) + "\\x1b[0m \\u2028";
    int length = 7 + 2 * 480 + 4 + 1 + 3 + 1;
    return new Row(
        name,
        "yes $'\\e[1;31m'" + "ü".repeat(480) + "$'\\e[0m \\u2028'",
        length,
        List.of(json ? shown.replace("\\", "\\\\") : shown));
  }

  private static Row secret(String name) {
    String line = "j".repeat(980) + " it is ";
    int token = "token-".length() + 36;
    return new Row(
        name,
        "yes \"" + line + "$jwt_token\"",
        line.length() + token + 1,
        List.of(line + "********"));
  }

  /** One script that writes so much. */
  private Cost run(Row row, long most) throws Exception {
    long bytes = most / row.unit * row.unit;
    script(row, bytes);
    Files.write(log, new byte[0]); // The service appends, so it goes on at the beginning.
    Seat seat = Seat.some(1).getFirst();
    long ticks = ticks();
    door.post("/session_start", seat.order(), "\"outcome\":\"ready\"");
    double used = (ticks() - ticks) * 1e4;
    Matcher id = RUN.matcher(door.get("/scripts/runs?kasm_id=" + seat.kasmId()));
    Door.must(id.find(), "No run of " + seat);
    String run = door.get("/scripts/runs/" + id.group(1));
    Door.must(
        run.contains("\"exit_code\":0") && run.contains("\"bytes\":" + bytes + ","),
        run.substring(0, Math.min(run.length(), 500)));
    Matcher took = TOOK.matcher(run);
    Door.must(took.find(), run);
    double seconds = Long.parseLong(took.group(1)) / 1e3;
    door.post(
        "/session_end", "{\"kasm_id\":\"" + seat.kasmId() + "\"}", "\"state\":\"ended\"");
    long records = bytes / row.unit * row.pieces.size();
    verify(row, records, seat);
    return new Cost(bytes / 1e6 / seconds, used / records, Files.size(log) / 1e6 / seconds);
  }

  private void script(Row row, long bytes) throws IOException {
    Path folder = Files.createDirectories(home.resolve("scripts/session_start"));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Path script = folder.resolve("1");
    Files.writeString(script, "#!/bin/bash\n" + row.writes + " | head -c " + bytes + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Holds the log against what the script wrote: every piece, in order, whole. */
  private void verify(Row row, long records, Seat seat) throws IOException {
    long seen = 0;
    String mark = "session_start/1: ";
    String end = json ? "\"" : "";
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int at = line.indexOf(mark);
        if (at < 0 || !line.contains(seat.kasmId()) || line.startsWith("ended: ", at + mark.length())) {
          continue;
        }
        String wanted = row.pieces.get((int) (seen % row.pieces.size())) + end;
        Door.must(
            line.startsWith(wanted, at + mark.length())
                && (json || line.length() == at + mark.length() + wanted.length()),
            "Record " + seen + " is '" + line + "' instead of '" + wanted + "'");
        seen++;
      }
    }
    Door.must(seen == records, "The log has " + seen + " records of " + records);
  }

  private long ticks() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  private long heap() throws Exception {
    command("jcmd", "GC.run");
    Matcher used = USED.matcher(command("jcmd", "GC.heap_info"));
    long all = 0;
    while (used.find()) {
      all += Long.parseLong(used.group(1));
    }
    return all;
  }

  private long memory() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .sum();
  }

  private String command(String tool, String... words) throws Exception {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    all.add(Long.toString(pid));
    all.addAll(List.of(words));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said;
    try (InputStream out = process.getInputStream()) {
      said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
    Door.must(process.waitFor() == 0, all + ": " + said);
    return said;
  }
}
