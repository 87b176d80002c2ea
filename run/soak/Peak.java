import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sun.tools.attach.HotSpotVirtualMachine;

/**
 * The most that the service holds while something goes on. Asks it over one attachment instead of a
 * {@code jcmd} for each question, which would start a JVM several times a second.
 */
final class Peak {
  private static final Pattern HEAP = Pattern.compile("(?i)(?:tenured|defnew).*?used (\\d+)K");

  /** Where native memory tracking counts direct buffers and other memory of {@code Unsafe}. */
  private static final Pattern DIRECT =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");

  private static final long EVERY_MILLIS = 250;

  private final long pid;
  private final Thread thread;
  private volatile boolean over;
  private volatile IOException problem;
  private volatile Held most = new Held(0, 0, 0);

  private Peak(long pid) {
    this.pid = pid;
    this.thread = Thread.ofPlatform().daemon().unstarted(this::watch);
  }

  /** MiB that a process holds: all in memory; Java objects, garbage too; direct buffers. */
  record Held(long rss, long heap, long direct) {
    Held max(Held other) {
      return new Held(
          Math.max(rss, other.rss), Math.max(heap, other.heap), Math.max(direct, other.direct));
    }
  }

  static Peak watch(long pid) {
    Peak peak = new Peak(pid);
    peak.thread.start();
    return peak;
  }

  Held stop() throws IOException, InterruptedException {
    over = true;
    thread.join();
    if (problem != null) {
      throw problem;
    }
    return most;
  }

  private void watch() {
    try {
      do {
        most = most.max(now(pid));
        TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
      } while (!over);
    } catch (IOException e) {
      problem = e;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Held now(long pid) throws IOException {
    long heap = sum(HEAP, ask(pid, "GC.heap_info"));
    long direct = sum(DIRECT, ask(pid, "VM.native_memory summary"));
    return new Held(rss(pid), heap, direct);
  }

  private static String ask(long pid, String command) throws IOException {
    try {
      HotSpotVirtualMachine vm = (HotSpotVirtualMachine) VirtualMachine.attach(Long.toString(pid));
      try (InputStream answer = vm.executeJCmd(command)) {
        return new String(answer.readAllBytes());
      } finally {
        vm.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("Cannot ask the service", e);
    }
  }

  private static long sum(Pattern kibibytes, String text) throws IOException {
    Matcher found = kibibytes.matcher(text);
    if (!found.find()) {
      throw new IOException("No " + kibibytes + " in: " + text);
    }
    long sum = 0;
    do {
      sum += Long.parseLong(found.group(1));
    } while (found.find());
    return sum >> 10;
  }

  private static long rss(long pid) throws IOException {
    try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
          .findFirst()
          .orElseThrow(() -> new IOException("the service is gone"));
    }
  }
}
