import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The table at the end, each line judged. */
final class Report {
  private boolean good = true;

  boolean good() {
    return good;
  }

  void say(String what) {
    System.err.println(what);
  }

  void write(
      Tally baseline,
      Tally swaps,
      Tally broken,
      List<Long> delays,
      int count,
      Footprint before,
      Footprint after) {
    System.out.printf("%-46s %12s %12s%n", "", "baseline", "replacing");
    row("short requests", baseline.requests(), swaps.requests(), true);
    row(
        "  failed",
        baseline.failures().size(),
        swaps.failures().size(),
        swaps.failures().isEmpty());
    row(
        "  served by an older bundle than one before",
        baseline.stale(),
        swaps.stale(),
        swaps.stale() == 0);
    waits("  wait, median, ms", baseline, swaps, 0.5);
    waits("  wait, 99 %, ms", baseline, swaps, 0.99);
    waits("  wait, longest, ms", baseline, swaps, 1);
    row("transfers", baseline.transfers(), swaps.transfers(), swaps.transfers() > 0);
    row("  GiB", (int) (baseline.bytes() >> 30), (int) (swaps.bytes() >> 30), true);
    row("  broken", baseline.broken().size(), swaps.broken().size(), swaps.broken().isEmpty());
    one("  that outlived 3 replacements or more", swaps.outlived(3), swaps.outlived(3) > 0);
    one("  that outlived all", swaps.outlived(count), swaps.outlived(count) >= 2);
    one("replacements", delays.size() + " of " + count, delays.size() == count);
    int seen = swaps.versions().size();
    one("  versions seen", seen, seen == count + 1);
    if (!delays.isEmpty()) {
      List<Long> sorted = new ArrayList<>(delays);
      Collections.sort(sorted);
      one("  from drop to first answer, ms, median", sorted.get(sorted.size() / 2), true);
      one("  from drop to first answer, ms, longest", sorted.getLast(), true);
    }
    System.out.printf("%n%-46s %12s %12s%n", "", "before", "after");
    row("descriptors", before.fds(), after.fds(), after.fds() <= before.fds() + 4);
    boolean few = after.threads().size() <= before.threads().size() + 4;
    row("threads", before.threads().size(), after.threads().size(), few);
    row(
        "class loaders of bundles",
        before.loaders(),
        after.loaders(),
        after.loaders() <= before.loaders());
    row(
        "generations in memory",
        before.generations(),
        after.generations(),
        after.generations() == 1);
    List<String> more = new ArrayList<>(after.threads());
    before.threads().forEach(more::remove);
    if (!more.isEmpty()) {
      System.out.println("threads that came: " + more);
    }
    System.out.println();
    one(
        "failed while a broken bundle lay there",
        broken.failures().size(),
        broken.failures().isEmpty());
    one("broken transfers then", broken.broken().size(), broken.broken().isEmpty());
    for (Tally phase : List.of(baseline, swaps, broken)) {
      list(phase.failures());
      list(phase.broken());
    }
    good &= baseline.failures().isEmpty() && baseline.broken().isEmpty();
  }

  /** Whether the stream that outlived all replacements had its bundle load a class at the end. */
  void late(String name, long before, long after) {
    System.out.println();
    String what = "loads of " + name.substring(name.lastIndexOf('.') + 1);
    one(what + " before the held upload ended", before, before == 0);
    one(what + " after it", after, after == 1);
  }

  private static void list(List<String> what) {
    what.stream().limit(20).forEach(line -> System.out.println("  " + line));
  }

  private void waits(String what, Tally baseline, Tally swaps, double part) {
    System.out.printf("%-46s %12.1f %12.1f%n", what, baseline.wait(part), swaps.wait(part));
  }

  private void row(String what, long first, long second, boolean holds) {
    System.out.printf("%-46s %12d %12d%s%n", what, first, second, verdict(holds));
  }

  private void one(String what, Object value, boolean holds) {
    System.out.printf("%-46s %12s %12s%s%n", what, "", value, verdict(holds));
  }

  private String verdict(boolean holds) {
    good &= holds;
    return holds ? "" : "  FAILED";
  }
}
