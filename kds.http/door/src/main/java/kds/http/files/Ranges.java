package kds.http.files;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a Range header asks of a file (RFC 9110, section 14). */
sealed interface Ranges {
  /** More than this, and the header is ignored: nobody sane asks so (section 14.2 allows it). */
  int MOST = 64;

  /** The whole file: no range, one that cannot be read, or one too many. */
  record Whole() implements Ranges {}

  /** None of the ranges lies in the file. */
  record Unsatisfiable() implements Ranges {}

  /** These stretches, never overlapping, so that no answer is larger than the file. */
  record Parts(List<Span> spans) implements Ranges {}

  /** Reads the header. */
  static Ranges of(@Nullable String header, long size) {
    if (header == null || !header.regionMatches(true, 0, "bytes=", 0, 6)) {
      return new Whole();
    }
    List<Span> spans = new ArrayList<>();
    int specs = 0;
    for (String spec : header.substring(6).split(",", -1)) {
      if (spec.isBlank()) {
        continue;
      }
      Matcher matcher = Spec.FORM.matcher(spec.strip());
      specs++;
      if (specs > MOST || !matcher.matches() || Spec.backwards(matcher)) {
        return new Whole();
      }
      Span span = Spec.span(matcher, size);
      if (span != null) {
        spans.add(span);
      }
    }
    if (specs == 0 || size == 0 && !spans.isEmpty()) {
      return new Whole();
    }
    return spans.isEmpty() ? new Unsatisfiable() : new Parts(merged(spans));
  }

  private static List<Span> merged(List<Span> spans) {
    List<Span> sorted = new ArrayList<>(spans);
    sorted.sort(Comparator.comparingLong(Span::first));
    List<Span> merged = new ArrayList<>();
    for (Span span : sorted) {
      Span before = merged.isEmpty() ? null : merged.getLast();
      if (before != null && span.first() <= before.last() + 1) {
        merged.set(
            merged.size() - 1, new Span(before.first(), Math.max(before.last(), span.last())));
      } else {
        merged.add(span);
      }
    }
    return List.copyOf(merged.size() == spans.size() ? spans : merged);
  }

  /** One range as it is written. */
  final class Spec {
    private static final Pattern FORM = Pattern.compile("(\\d+)\\s*-\\s*(\\d*)|-\\s*(\\d+)");

    private Spec() {}

    private static boolean backwards(Matcher matcher) {
      String first = matcher.group(1);
      String last = matcher.group(2);
      return first != null && !last.isEmpty() && number(first) > number(last);
    }

    /** The stretch in a file of that size, null when it lies outside. */
    private static @Nullable Span span(Matcher matcher, long size) {
      if (matcher.group(3) != null) {
        long length = number(matcher.group(3));
        // Of an empty file, a last stretch is the whole (section 14.1.2), which has no bytes.
        return length == 0 ? null : new Span(Math.max(0, size - length), size - 1);
      }
      long first = number(matcher.group(1));
      String last = matcher.group(2);
      if (first >= size) {
        return null;
      }
      return new Span(first, last.isEmpty() ? size - 1 : Math.min(number(last), size - 1));
    }

    private static long number(String digits) {
      String plain = digits.replaceFirst("^0+(?=.)", "");
      return plain.length() > 18 ? Long.MAX_VALUE : Long.parseLong(plain);
    }
  }
}
