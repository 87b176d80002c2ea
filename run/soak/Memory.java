import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * What the service holds in memory, and how long others wait, while it does much at once: {@code
 * Memory HOME PORT PID DOWNLOAD_GIB UPLOAD_GIB CLIENTS SECONDS}. Fails when something breaks or
 * grows.
 */
final class Memory {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final int PARALLEL = 200;

  /** More than this beside what the same load held before is growth. */
  private static final long SLACK_MIB = 64;

  private final Service service;
  private final Path header;
  private final List<String> failures = new ArrayList<>();

  private Memory(Service service) throws Exception {
    this.service = service;
    this.header = service.home().resolve("run/soak.header");
    Files.writeString(header, "Authorization: Bearer " + service.token() + "\n");
  }

  public static void main(String[] args) throws Exception {
    Memory memory =
        new Memory(
            Service.of(Path.of(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2])));
    memory.run(
        Integer.parseInt(args[3]), Integer.parseInt(args[4]), Integer.parseInt(args[5]), args[6]);
  }

  private void run(int downloadGib, int uploadGib, int clients, String seconds) throws Exception {
    System.out.printf("%-44s %9s %9s %9s %9s%n", "", "RSS MiB", "heap MiB", "direct", "seconds");
    sparse("large", 64 * GIB);
    download("warm", GIB, "large");
    long flat = 0;
    for (long size : sizes(downloadGib)) {
      sparse("sized", size);
      flat = grown("download", size, flat, download("download " + mib(size), size, "sized"));
    }
    flat = 0;
    for (long size : sizes(uploadGib)) {
      flat = grown("upload", size, flat, upload("upload " + mib(size), size));
    }
    if (clients > 0) {
      parallel();
      report("honest users alone", new Honest(service).run(10));
      slow(clients, seconds);
      report("honest users afterwards", new Honest(service).run(10));
    }
    service.jcmd("GC.run");
    line("at the end, after a collection", Peak.now(service.pid()), 0);
    System.out.println(failures.isEmpty() ? "All of it held." : "FAILED: " + failures);
    System.exit(failures.isEmpty() ? 0 : 1);
  }

  private static long[] sizes(int mostGib) {
    return LongStream.of(MIB, Math.min(10, mostGib) * GIB, mostGib * GIB)
        .distinct()
        .filter(size -> size > 0 && size <= mostGib * GIB)
        .toArray();
  }

  private long grown(String what, long size, long before, long now) {
    if (before > 0 && now > before + SLACK_MIB) {
      failures.add("%s of %s: %d MiB after %d".formatted(what, mib(size), now, before));
    }
    return before > 0 ? before : now;
  }

  private static String mib(long size) {
    return size < GIB ? size / MIB + " MiB" : size / GIB + " GiB";
  }

  private void sparse(String name, long size) throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(service.files().resolve(name).toFile(), "rw")) {
      file.setLength(size);
    }
  }

  private long download(String what, long size, String name) throws Exception {
    long began = System.nanoTime();
    Peak peak = Peak.watch(service.pid());
    long got = fetch(name, size);
    Peak.Held held = peak.stop();
    if (got != size) {
      failures.add(what + " brought " + got + " bytes");
    }
    line(what, held, System.nanoTime() - began);
    return held.rss();
  }

  /** By curl, which takes less of the machine than another Java would. */
  private long fetch(String name, long most) throws Exception {
    String range = most < 0 ? "0-" : "0-" + (most - 1);
    String[] said = curl("-r", range, "-w", "%{http_code} %{size_download}", url(name)).split(" ");
    if (!said[0].equals("206")) {
      throw new IOException("answered " + said[0]);
    }
    return Long.parseLong(said[1]);
  }

  private long upload(String what, long size) throws Exception {
    sparse("source", size);
    long began = System.nanoTime();
    Peak peak = Peak.watch(service.pid());
    int status = send("zeros", "source");
    Peak.Held held = peak.stop();
    if (status != 201) {
      failures.add(what + " was answered " + status);
    }
    Files.deleteIfExists(service.files().resolve("zeros"));
    line(what, held, System.nanoTime() - began);
    return held.rss();
  }

  private int send(String name, String source) throws Exception {
    String file = service.files().resolve(source).toString();
    return Integer.parseInt(curl("-T", file, "-w", "%{http_code}", url(name)));
  }

  private String url(String name) {
    return "https://localhost:" + service.port() + "/Downloads/" + name;
  }

  private String curl(String... more) throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("curl", "-sS", "-o", "/dev/null", "-H", "@" + header.toString()));
    words.addAll(List.of("--cacert", service.home().resolve("certs/cert.pem").toString()));
    words.addAll(List.of(more));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException("curl ended with " + process.exitValue() + ": " + said);
    }
    return said;
  }

  private void parallel() throws Exception {
    sparse("source", 16 * MIB);
    long began = System.nanoTime();
    Peak peak = Peak.watch(service.pid());
    List<Thread> threads = new ArrayList<>();
    int[] bad = new int[1];
    for (int i = 0; i < PARALLEL; i++) {
      int number = i;
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  boolean good =
                      number % 2 == 0
                          ? fetch("large", 16 * MIB) == 16 * MIB
                          : send("many-" + number, "source") == 201;
                  if (!good) {
                    throw new IOException("cut short");
                  }
                } catch (Exception e) {
                  synchronized (bad) {
                    bad[0]++;
                    failures.add("parallel transfer " + number + ": " + e);
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    line(PARALLEL + " parallel transfers of 16 MiB", peak.stop(), System.nanoTime() - began);
    for (int i = 1; i < PARALLEL; i += 2) {
      Files.deleteIfExists(service.files().resolve("many-" + i));
    }
  }

  private void slow(int clients, String seconds) throws Exception {
    long began = System.nanoTime();
    Process crowd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1500m",
                "-cp",
                System.getProperty("java.class.path"),
                "Slow",
                service.home().toString(),
                Integer.toString(service.port()),
                Integer.toString(clients),
                seconds)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var lines = crowd.inputReader()) {
      String last = "";
      boolean measured = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
        if (!line.startsWith("moving")) {
          System.out.println("  " + line);
        }
        if (!measured && line.startsWith("moving " + clients + " ")) {
          measured = true;
          Peak peak = Peak.watch(service.pid());
          report("honest users beside " + clients + " slow ones", new Honest(service).run(20));
          line(clients + " slow clients at 10 B/s", peak.stop(), System.nanoTime() - began);
        }
      }
      System.out.println("  slow clients: " + last);
      if (!measured || !last.endsWith(" broken 0")) {
        failures.add("slow clients: " + last);
      }
    } finally {
      crowd.destroy();
    }
  }

  private void report(String what, Honest.Times times) {
    System.out.printf(
        "%-44s p50 %d ms, p99 %d ms, longest %d ms, %d calls, %d failed%n",
        what, times.at(0.5), times.at(0.99), times.at(1), times.calls(), times.failed());
    if (times.failed() > 0) {
      failures.add(what + ": " + times.failed() + " calls failed: " + times.first());
    }
  }

  private static void line(String what, Peak.Held most, long nanos) {
    System.out.printf(
        "%-44s %9d %9d %9d %9.1f%n",
        what, most.rss(), most.heap(), most.direct(), nanos / (double) TimeUnit.SECONDS.toNanos(1));
  }
}
