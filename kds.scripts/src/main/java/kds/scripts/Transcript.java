package kds.scripts;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The lines of a run for those who begin to follow it later: the first and the last of them. Not
 * thread-safe.
 */
final class Transcript {
  private static final byte[] END = {'\n'};

  private final Excerpt text = new Excerpt();
  private long lines;

  void add(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    text.add(bytes, 0, bytes.length);
    text.add(END, 0, END.length);
    lines++;
  }

  /** The lines that are kept, with a notice where some are left out. */
  List<String> lines() {
    if (text.leftOut() == 0) {
      byte[] head = text.head();
      byte[] tail = text.tail();
      byte[] all = java.util.Arrays.copyOf(head, head.length + tail.length);
      System.arraycopy(tail, 0, all, head.length, tail.length);
      return split(new String(all, StandardCharsets.UTF_8));
    }
    String head = new String(text.head(), StandardCharsets.UTF_8);
    String tail = new String(text.tail(), StandardCharsets.UTF_8);
    // Neither end of the gap needs to be a line's end.
    List<String> shown = new ArrayList<>(split(head.substring(0, head.lastIndexOf('\n') + 1)));
    List<String> last = split(tail.substring(tail.indexOf('\n') + 1));
    shown.add(Follower.notice(lines - shown.size() - last.size()));
    shown.addAll(last);
    return shown;
  }

  private static List<String> split(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    Collections.addAll(all, text.split("\n", -1));
    all.removeLast(); // What follows the last line's end.
    return all;
  }

  /** The lines of a run that is over, of which the bytes are kept. */
  static List<String> of(byte[] head, long leftOut, byte[] tail) {
    List<String> shown = new ArrayList<>();
    Lines lines = new Lines(shown::add);
    lines.feed(head, 0, head.length);
    if (leftOut > 0) {
      lines.flush();
      shown.add("[" + leftOut + " bytes left out]");
    }
    lines.feed(tail, 0, tail.length);
    lines.flush();
    return shown;
  }
}
