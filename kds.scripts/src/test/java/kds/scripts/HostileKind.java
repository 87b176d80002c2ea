package kds.scripts;

import java.util.List;
import kds.api.script.ScriptRun;
import kds.api.script.ScriptRun.Outcome;

/**
 * One way in which a script misbehaves, and what has to come of it.
 *
 * @param name what it does
 * @param weight how often it comes among the others
 * @param text the script; it finds a file of noise as {@code $noise}, and sleeps for {@code $mark}
 * @param outcome how it ends
 * @param says the bytes that it writes; null where they go on until it is ended
 */
record HostileKind(String name, int weight, String text, Outcome outcome, Says says) {
  private static final String HEAD = "head\n";
  private static final String PATTERN = "no newline ever, ";
  static final int NOISE = 300_000;
  private static final int ZEROS = 200_000;

  /** What a script writes, so far as it is known before. */
  interface Says {
    /** The byte at a place. */
    int at(long place, byte[] noise);

    /** How many there are; -1 when nobody knows. */
    long length();
  }

  static final List<HostileKind> ALL =
      List.of(
          fails("double fork", 10, "( ( sleep $mark & ) & ) ; exit 1"),
          fails("setsid", 10, "setsid sleep $mark & setsid -f sleep $mark; exit 2"),
          limited("ignored TERM", 8, "trap '' TERM INT HUP; while :; do sleep $mark; done"),
          fails("closed stdio", 10, "exec <&- >&- 2>&-; setsid sleep $mark & exit 4"),
          limited("fork bomb", 3, "b() { b | b & }; b 2>/dev/null; wait; sleep $mark"),
          done("no environment", 8, "exec env -i setsid -f /bin/sleep $mark"),
          fails("daemon that holds the pipe", 8, "setsid sleep $mark & kill -9 $$"),
          limited("stopped", 5, "(kill -STOP $BASHPID; sleep $mark) & kill -STOP $$"),
          limited("forks on TERM", 5, "trap 'sleep $mark & sleep $mark & wait' TERM; sleep $mark"),
          new HostileKind(
              "no newline ever",
              5,
              "# kds: timeout=250ms\nprintf 'head\\n'; while printf '" + PATTERN + "'; do :; done",
              Outcome.TIMED_OUT,
              says(-1, (place, _) -> PATTERN.charAt((int) ((place - 5) % PATTERN.length())))),
          new HostileKind(
              "NUL bytes",
              8,
              "echo head; head -c " + ZEROS + " /dev/zero; setsid sleep $mark & exit 7",
              Outcome.FAILED,
              says(HEAD.length() + ZEROS, (_, _) -> 0)),
          new HostileKind(
              "noise",
              8,
              "echo head; cat $noise; setsid sleep $mark & exit 8",
              Outcome.FAILED,
              says(HEAD.length() + NOISE, (place, noise) -> noise[(int) place - 5])));

  /** 1 GiB of lines, by a script that leaves somebody behind. */
  static HostileKind much(long bytes) {
    return new HostileKind(
        "output of " + (bytes >> 20) + " MiB",
        0,
        "echo head; yes 0123456789abcde | head -c " + bytes + "; setsid sleep $mark & exit 9",
        Outcome.FAILED,
        says(
            HEAD.length() + bytes,
            (place, _) -> "0123456789abcde\n".charAt((int) ((place - 5) % 16))));
  }

  private static HostileKind fails(String name, int weight, String text) {
    return plain(name, weight, "echo head; " + text, Outcome.FAILED);
  }

  private static HostileKind done(String name, int weight, String text) {
    return plain(name, weight, "echo head; " + text, Outcome.DONE);
  }

  private static HostileKind limited(String name, int weight, String text) {
    return plain(
        name,
        weight,
        "# kds: timeout=250ms\necho head; exec 2>/dev/null; " + text,
        Outcome.TIMED_OUT);
  }

  private static HostileKind plain(String name, int weight, String text, Outcome outcome) {
    return new HostileKind(name, weight, text, outcome, says(HEAD.length(), (_, _) -> 0));
  }

  private interface Bytes {
    int at(long place, byte[] noise);
  }

  /** After the head, which all have. */
  private static Says says(long length, Bytes bytes) {
    return new Says() {
      @Override
      public int at(long place, byte[] noise) {
        return place < HEAD.length() ? HEAD.charAt((int) place) : bytes.at(place, noise);
      }

      @Override
      public long length() {
        return length;
      }
    };
  }

  /**
   * What is wrong with a run; empty when nothing is.
   *
   * <p>A script that its limit ends may not have come to its first word on a busy machine: then it
   * has said nothing.
   */
  String wrong(ScriptRun run, byte[] noise) {
    if (run.outcome() != outcome) {
      return run.outcome() + " and not " + outcome + ": " + run.message();
    }
    long total = run.outputBytes();
    boolean cut = outcome == Outcome.TIMED_OUT && (says.length() < 0 || total == 0);
    if (!cut && total != says.length()) {
      return total + " bytes and not " + says.length();
    }
    long head = Math.min(total, Excerpt.PART);
    if (!run.head().equals(visible(0, head, noise))) {
      return "another head than it wrote";
    }
    if (!run.tail().equals(visible(Math.max(head, total - Excerpt.PART), total, noise))) {
      return "another tail than it wrote";
    }
    return "";
  }

  private String visible(long from, long to, byte[] noise) {
    byte[] bytes = new byte[(int) (to - from)];
    for (int at = 0; at < bytes.length; at++) {
      bytes[at] = (byte) says.at(from + at, noise);
    }
    return Visible.lines(bytes);
  }
}
