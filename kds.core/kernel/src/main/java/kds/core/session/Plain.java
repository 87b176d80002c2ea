package kds.core.session;

import java.nio.charset.StandardCharsets;

/** Texts of steps, of any length and content, as they can be kept and sent. */
final class Plain {
  /** More than a person reads, and little enough for a journal of many steps. */
  static final int LONGEST = 4000;

  private Plain() {}

  /** Cut to {@link #LONGEST} characters; halves of surrogate pairs, which are no text, become ?. */
  static String text(String text) {
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST - 2) + " …" : text;
    return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
