package kds.http.files;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of If-Match or If-None-Match (RFC 9110, sections 13.1.1 and 13.1.2).
 *
 * @param any whether it is {@code *}
 * @param tags the tags, as written
 */
record EntityTags(boolean any, List<String> tags) {
  private static final Pattern TAG =
      Pattern.compile("\\s*((?:W/)?\"[\\x21\\x23-\\x7E\\x80-\\uFFFF]*\")\\s*(?:,|$)");

  static EntityTags of(String value) {
    if (value.strip().equals("*")) {
      return new EntityTags(true, List.of());
    }
    List<String> tags = new ArrayList<>();
    Matcher matcher = TAG.matcher(value);
    while (matcher.lookingAt()) {
      tags.add(matcher.group(1));
      matcher.region(matcher.end(), value.length());
    }
    return new EntityTags(false, List.copyOf(tags));
  }

  /** Whether a strong tag is among them, compared strongly: weak ones never match. */
  boolean strongly(String tag) {
    return any || tags.contains(tag);
  }

  /** Whether a strong tag is among them, compared weakly. */
  boolean weakly(String tag) {
    return any || tags.contains(tag) || tags.contains("W/" + tag);
  }
}
