import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was seen during one phase. Thread-safe. */
final class Tally {
  private final List<String> failures = new ArrayList<>();
  private final List<String> broken = new ArrayList<>();
  private final Map<String, Integer> versions = new HashMap<>();
  private final List<Integer> outlived = new ArrayList<>();
  private long[] waits = new long[1 << 16];
  private int requests;
  private int transfers;
  private long bytes;
  private int stale;
  private String newest = "";

  /** A short request was answered as it should be. */
  synchronized void answered(String version, String newestBefore, long nanos) {
    if (requests == waits.length) {
      waits = Arrays.copyOf(waits, waits.length * 2);
    }
    waits[requests++] = nanos;
    saw(version);
    if (version.compareTo(newestBefore) < 0) {
      stale++;
    }
  }

  /** A short request failed. */
  synchronized void failed(String what) {
    failures.add(what);
    requests++;
    notifyAll();
  }

  /** A transfer ended well, after so many replacements. */
  synchronized void transferred(long size, int swaps) {
    transfers++;
    bytes += size;
    outlived.add(swaps);
  }

  /** A transfer broke. */
  synchronized void broke(String what) {
    broken.add(what);
    notifyAll();
  }

  synchronized void saw(String version) {
    versions.merge(version, 1, Integer::sum);
    newest = version.compareTo(newest) > 0 ? version : newest;
    notifyAll();
  }

  /** The newest version that a short request saw. */
  synchronized String newest() {
    return newest;
  }

  /**
   * Forgets which version is the newest: what follows is an older one by intent, not by mistake.
   */
  synchronized void expectOlder() {
    newest = "";
  }

  /** Waits until a version has been seen. */
  synchronized boolean await(String version, Duration atMost) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (!versions.containsKey(version)) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  synchronized List<String> broken() {
    return List.copyOf(broken);
  }

  synchronized Set<String> versions() {
    return Set.copyOf(versions.keySet());
  }

  synchronized int stale() {
    return stale;
  }

  synchronized int requests() {
    return requests;
  }

  synchronized int transfers() {
    return transfers;
  }

  synchronized long bytes() {
    return bytes;
  }

  /** How many transfers outlived at least so many replacements. */
  synchronized long outlived(int swaps) {
    return outlived.stream().filter(n -> n >= swaps).count();
  }

  /** The wait that the given part of the short requests did not exceed, in milliseconds. */
  synchronized double wait(double part) {
    long[] sorted = Arrays.copyOf(waits, requests);
    Arrays.sort(sorted);
    return requests == 0 ? 0 : sorted[(int) Math.ceil(part * requests) - 1] / 1e6;
  }
}
