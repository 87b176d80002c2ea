package kds.http.files;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kds.http.route.Refusal;
import org.jspecify.annotations.Nullable;

/** The header Upload-Concat: what an upload has to do with others. */
sealed interface TusConcat {
  /** The word for a part. */
  String PARTIAL = "partial";

  /** How that of a whole begins. */
  String FINAL = "final;";

  /** An upload by itself. */
  record Alone() implements TusConcat {}

  /** A part of another. */
  record Part() implements TusConcat {}

  /**
   * A whole.
   *
   * @param keys of its parts, in their order
   */
  record Whole(List<String> keys) implements TusConcat {}

  /** How many parts a whole may have. */
  int MOST = 500;

  /** An upload's URL, absolute, from the root or relative; its key is all that is looked at. */
  Pattern URL = Pattern.compile("(?:[^ ]*/files/)?([A-Za-z0-9_-]{43})");

  /**
   * Reads it.
   *
   * @throws Refusal 400 {@code bad-concat}
   */
  static TusConcat of(@Nullable String header) throws Refusal {
    if (header == null) {
      return new Alone();
    }
    if (header.equals(PARTIAL)) {
      return new Part();
    }
    if (!header.startsWith(FINAL)) {
      throw bad("it is neither 'partial' nor 'final;' and URLs");
    }
    List<String> keys = new ArrayList<>();
    for (String url : header.substring(FINAL.length()).strip().split(" ", MOST + 1)) {
      Matcher matcher = URL.matcher(url);
      if (!matcher.matches()) {
        throw bad("what follows 'final;' is not URLs of uploads here, with one space between them");
      }
      if (keys.contains(matcher.group(1))) {
        throw bad("a part comes twice");
      }
      keys.add(matcher.group(1));
    }
    if (keys.size() > MOST) {
      throw bad("there are more than " + MOST + " parts");
    }
    return new Whole(List.copyOf(keys));
  }

  private static Refusal bad(String why) {
    return Refusal.of(
        400,
        "bad-concat",
        "Upload-Concat cannot be read: "
            + why
            + ". Write 'partial', or 'final;' and the parts' URLs, separated by spaces.");
  }
}
